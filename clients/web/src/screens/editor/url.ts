/** What of the editor is in the address: the chosen stage, the part of the forms, form or text, and its language. */
import { useSearchParams } from "wouter";
import type { Format } from "./model/text.ts";
import { type Part, PARTS } from "./parts/part.ts";
import type { View } from "./parts/toolbar.tsx";

export interface EditorUrl {
  stage: string | undefined;
  part: Part;
  view: View;
  format: Format;
  setStage: (id: string | undefined) => void;
  setPart: (part: Part) => void;
  setView: (view: View) => void;
  setFormat: (format: Format) => void;
}

/** `as=form` shows forms, `as=json` and `as=yaml` the text; `split=1` shows forms beside the text. */
export function useEditorUrl(): EditorUrl {
  const [params, setParams] = useSearchParams();
  const set = (values: Record<string, string | undefined>) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      for (const [key, value] of Object.entries(values)) {
        if (value === undefined) after.delete(key);
        else after.set(key, value);
      }
      return after;
    }, { replace: true });
  const as = params.get("as");
  const format: Format = as === "json" ? "json" : "yaml";
  const view: View = as !== "json" && as !== "yaml" ? "form" : params.get("split") ? "split" : "code";
  const stage = params.get("stage") ?? undefined;
  return {
    stage, view, format,
    part: PARTS.find((one) => one === params.get("part")) ?? (stage ? "stage" : "general"),
    setStage: (id) => set({ stage: id }),
    setPart: (part) => set({ part }),
    setView: (wanted) => set({ as: wanted === "form" ? undefined : format, split: wanted === "split" ? "1" : undefined }),
    setFormat: (wanted) => set({ as: wanted }),
  };
}
