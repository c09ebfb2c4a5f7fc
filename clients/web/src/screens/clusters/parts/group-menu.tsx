/** What can be done to one server group. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useLocation } from "wouter";
import { lastId, serverGroupScreen } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, IconButton, Menu, type MenuItem } from "~/ui/index.ts";

/** The things to do that open a dialog. */
export type Deed = "resize" | "enable" | "disable" | "rollback" | "clone" | "destroy";

/** The menu; on the screen of the server group itself, a button with a word. */
export function GroupMenu({ group, own, onDeed }: { group: ServerGroup; own?: boolean; onDeed: (deed: Deed, group: ServerGroup) => void }) {
  const t = useText();
  const [, go] = useLocation();
  const name = lastId(group.name);
  const item = (deed: Deed, icon: MenuItem["icon"], danger = false): MenuItem => ({ label: t(`clusters.${deed}`), ...(icon && { icon }), danger, onSelect: () => onDeed(deed, group) });
  const items: MenuItem[] = [
    ...(own ? [] : [{ label: t("clusters.details"), icon: "list" as const, onSelect: () => go(serverGroupScreen(group.application, group.name)) }]),
    item("resize", "diff"),
    group.disabled ? item("enable", "play") : item("disable", "pause"),
    item("rollback", "rollback"),
    item("clone", "copy"),
    item("destroy", "trash", true),
  ];
  return (
    <Menu items={items} trigger={(wiring) => (own
      ? <Button icon="dots" {...wiring}>{t("common.actions")}</Button>
      : <IconButton small icon="dots" label={t("clusters.actionsFor", { name })} {...wiring} />)} />
  );
}
