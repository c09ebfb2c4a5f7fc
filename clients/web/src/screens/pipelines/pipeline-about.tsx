/** What a pipeline says about itself. */
import { type Parameter, Parameter_Type as Type, type Pipeline } from "@gennaker/client/gen/pipeline";
import { lastId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Facts, Markdown, Time } from "~/ui/index.ts";

/** Its description and facts. */
export function About({ pipeline }: { pipeline: Pipeline }) {
  const t = useText();
  const labels = Object.entries(pipeline.labels);
  const limit = pipeline.concurrency?.maxConcurrent ?? 1;
  return (
    <div className="stack">
      {pipeline.description && <Markdown text={pipeline.description} />}
      <Facts facts={[
        [t("editor.id"), <code key="id">{lastId(pipeline.name)}</code>],
        [t("editor.revision"), String(pipeline.revision)],
        [t("editor.lastChange"), <span key="when"><Time at={pipeline.updateTime} relative /> {pipeline.updateActor}</span>],
        [t("editor.atATime"), limit === 0 ? t("editor.noLimit") : String(limit)],
        ...labels.map(([key, value]): [string, string] => [key, value]),
      ]} />
    </div>
  );
}

const TYPES: Record<Type, string> = {
  [Type.UNSPECIFIED]: "string", [Type.STRING]: "string", [Type.INTEGER]: "integer", [Type.NUMBER]: "number", [Type.BOOLEAN]: "boolean", [Type.DATE]: "date",
};

/** What a run asks for. */
export function Parameters({ parameters }: { parameters: readonly Parameter[] }) {
  const t = useText();
  if (parameters.length === 0) return <p className="muted">{t("editor.noParameters")}</p>;
  return (
    <div className="scroll-x" role="group" aria-label={t("editor.part_parameters")} tabIndex={0}>
      <table>
        <thead><tr><th scope="col">{t("common.name")}</th><th scope="col">{t("editor.parameterType")}</th><th scope="col">{t("editor.parameterDefault")}</th></tr></thead>
        <tbody>
          {parameters.map((one) => (
            <tr key={one.name}>
              <td><code>{one.name}</code>{one.required && <span className="muted"> ({t("common.required")})</span>}{one.description && <div className="muted">{one.description}</div>}</td>
              <td>{one.options.length > 0 ? one.options.slice(0, 6).join(", ") : TYPES[one.type]}{one.options.length > 6 && "…"}</td>
              <td>{one.defaultValue === undefined ? "–" : <code>{one.defaultValue}</code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
