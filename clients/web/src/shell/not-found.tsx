/** The screen of an address that has none. */
import { useText } from "~/i18n/index.tsx";
import { ButtonLink, EmptyState, Page } from "~/ui/index.ts";

export function NotFound() {
  const t = useText();
  return (
    <Page title={t("shell.notFoundTitle")}>
      <EmptyState icon="search" title={t("common.notFound")} action={<ButtonLink to="/" tone="primary">{t("shell.home")}</ButtonLink>} />
    </Page>
  );
}
