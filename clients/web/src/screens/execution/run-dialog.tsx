/** Starts a pipeline: a form made of its parameters. */
import { toJson } from "@bufbuild/protobuf";
import { ArtifactSchema } from "@gennaker/client/gen/artifact";
import type { Execution } from "@gennaker/client/gen/execution";
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Dialog, ErrorNote, Spinner } from "~/ui/index.ts";
import { beginForm } from "./model/run-form.ts";
import { RunForm } from "./parts/run-form.tsx";

interface Props {
  /** The name of the pipeline. */
  pipeline: string;
  /** An execution whose parameters and artifacts the form begins with. */
  like?: Pick<Execution, "parameters" | "artifacts"> | undefined;
  onClose: () => void;
}

/** A dialog that asks for what the pipeline wants to know, starts it, and goes to the execution. */
export function RunDialog({ pipeline: name, like, onClose }: Props) {
  const t = useText();
  const pipeline = useQuery({ queryKey: ["pipelines", "one", name], queryFn: async () => (await api.pipelines.getPipeline({ name })).pipeline ?? null });
  if (pipeline.data) return <RunForm pipeline={pipeline.data} begin={beginLike(pipeline.data, like)} again={like !== undefined} onClose={onClose} />;
  return (
    <Dialog title={t("execution.run")} onClose={onClose}>
      {pipeline.error ? <ErrorNote error={pipeline.error} onRetry={() => void pipeline.refetch()} /> : pipeline.isPending ? <Spinner /> : t("common.notFound")}
    </Dialog>
  );
}

function beginLike(pipeline: Pipeline, like: Props["like"]) {
  const artifacts = like && like.artifacts.length > 0 ? JSON.stringify(like.artifacts.map((one) => toJson(ArtifactSchema, one)), null, 2) : "";
  return beginForm(pipeline.parameters, like?.parameters, artifacts);
}
