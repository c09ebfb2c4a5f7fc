/** What forms need to know about the pipeline around them. */
import { useMemo } from "react";
import type { FormContext, Named } from "~/form/index.ts";
import { type JsonObject, objects, text } from "../model/json.ts";
import { dependenciesOf, descriptorOf, idOf, stagesOf } from "../model/pipeline.ts";

/** The context of the forms of a document; `stage` is the one whose form it is. */
export function useFormContext(name: string, document: JsonObject, stage: string | undefined, previewExecution: string | undefined): FormContext {
  return useMemo(() => {
    const stages = stagesOf(document);
    const artifacts = [document, ...stages].flatMap((one) => objects(one.expectedArtifacts));
    return {
      application: name.split("/")[1],
      stage,
      previewExecution: previewExecution || undefined,
      stages: stages.map((one) => ({ id: idOf(one), name: text(one.name) || undefined, kind: descriptorOf(one), dependsOn: dependenciesOf(one) })),
      parameters: objects(document.parameters).map((one) => named(text(one.name), text(one.label), text(one.description))),
      expectedArtifacts: artifacts.map((one) => named(text(one.id), text(one.displayName), "")),
    };
  }, [name, document, stage, previewExecution]);
}

function named(id: string, label: string, help: string): Named {
  return { id, label: label || undefined, help: help || undefined };
}
