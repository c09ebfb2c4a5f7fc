/** What a person can choose about the UI. It holds at once, in all tabs of the browser. */
import { LANGUAGES, type Language, useLanguage, useText } from "~/i18n/index.tsx";
import { change, type Settings, useSettings } from "~/settings.ts";
import { Checkbox, Dialog, Select, TextField } from "~/ui/index.ts";

export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const language = useLanguage();
  const { actor, theme, shortcuts } = useSettings();
  const themes: { value: Settings["theme"]; label: string }[] = [
    { value: "system", label: t("shell.themeSystem") }, { value: "light", label: t("shell.themeLight") }, { value: "dark", label: t("shell.themeDark") },
  ];
  const languages = (Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value] }));
  return (
    <Dialog title={t("shell.settings")} onClose={onClose}>
      <TextField label={t("shell.actor")} help={t("shell.actorHelp")} value={actor} onChange={(value) => change({ actor: value.trim() })} autoComplete="username" maxLength={100} />
      <Select label={t("shell.theme")} value={theme} options={themes} onChange={(value) => change({ theme: themes.find((one) => one.value === value)?.value ?? "system" })} />
      <Select label={t("shell.language")} value={language} options={languages}
        onChange={(value) => change({ language: languages.find((one) => one.value === value)?.value ?? "en" })} />
      <Checkbox label={t("shell.shortcuts")} help={t("shell.shortcutsHelp")} checked={shortcuts} onChange={(value) => change({ shortcuts: value })} />
    </Dialog>
  );
}
