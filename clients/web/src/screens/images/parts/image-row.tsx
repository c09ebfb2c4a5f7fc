/** One image: what it is, since when, and where it runs. */
import type { Image } from "@gennaker/client/gen/image";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { memo } from "react";
import { Link } from "wouter";
import { idOf, lastId, serverGroupScreen } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { imageId } from "~/screens/clusters/model/names.ts";
import { Badge, Button, IconButton, Time, toast } from "~/ui/index.ts";

interface Props {
  image: Image;
  /** The server groups of the application that run it. */
  groups: readonly ServerGroup[];
  application: string;
  onDeploy: (image: Image) => void;
}

export const ImageRow = memo(function ImageRow({ image, groups, application, onDeploy }: Props) {
  const t = useText();
  const { name, family, version, digest, createTime } = image;
  const id = imageId(name);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(digest);
      toast(t("common.copied"));
    } catch {
      // Pages over plain HTTP may not write to the clipboard: the digest is shown to be copied.
      toast(digest);
    }
  };
  return (
    <div className="image-row">
      <div className="image-about">
        <strong>{id}</strong>
        <span className="muted">{[family, version].filter(Boolean).join(" · ")}</span>
        <span className="muted">{t("balancing.place", { account: idOf(name, "accounts"), region: idOf(name, "regions") })}</span>
      </div>
      <div className="image-digest">{digest && <><span className="mono muted" title={digest}>{digest.slice(0, 19)}…</span><IconButton small icon="copy" label={t("balancing.copyDigest", { image: id })} onClick={() => void copy()} /></>}</div>
      <div className="muted">{t("balancing.created")} <Time at={createTime} relative /></div>
      <div className="image-runs">
        {groups.length === 0 ? <span className="muted">{t("balancing.runsNowhere", { application })}</span> : groups.map((group) => (
          <span key={group.name} className="row"><Link href={serverGroupScreen(group.application, group.name)}>{lastId(group.name)}</Link>
            {group.disabled ? <Badge icon="dash" bare>{t("status.disabled")}</Badge> : <Badge tone="ok" icon="check" bare>{t("status.enabled")}</Badge>}</span>
        ))}
      </div>
      <div className="image-deploy"><Button small icon="play" data-row="" onClick={() => onDeploy(image)}>{t("balancing.deployImage")}<span className="unseen"> {id}</span></Button></div>
    </div>
  );
});
