/** A button that copies a text. */
import { useText } from "~/i18n/index.tsx";
import { IconButton } from "./button.tsx";
import { toast } from "./toast.tsx";

export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useText();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("common.copied"));
    } catch {
      // Pages over plain HTTP may not write to the clipboard: the text is shown to be copied.
      toast(text);
    }
  };
  return <IconButton small icon="copy" label={label} onClick={() => void copy()} />;
}
