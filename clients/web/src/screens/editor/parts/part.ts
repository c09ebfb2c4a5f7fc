/** The parts of a pipeline that have a form. */
export const PARTS = ["stage", "general", "parameters", "concurrency", "notifications", "artifacts", "triggers"] as const;
export type Part = (typeof PARTS)[number];

/** The part that a field of the pipeline is shown in. */
export function partOf(field: string | number | undefined): Part {
  switch (field) {
    case "stages":
      return "stage";
    case "parameters":
    case "concurrency":
    case "notifications":
      return field;
    case "expectedArtifacts":
      return "artifacts";
    default:
      return "general";
  }
}
