/** Resource names of the API, and the addresses of their screens. The only place that knows both. */

/** The value of a collection in a name: `idOf("applications/a/pipelines/p", "pipelines")` is `p`; empty if it has none. */
export function idOf(name: string, collection: string): string {
  const parts = name.split("/");
  const at = parts.findIndex((part, index) => part === collection && index % 2 === 0);
  return at < 0 ? "" : (parts[at + 1] ?? "");
}

/** The last part of a name. */
export function lastId(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The name of an application. */
export const applicationName = (id: string) => `applications/${id}`;
export const pipelineName = (application: string, pipeline: string) => `applications/${application}/pipelines/${pipeline}`;
export const executionName = (application: string, execution: string) => `applications/${application}/executions/${execution}`;
export const triggerName = (application: string, trigger: string) => `applications/${application}/triggers/${trigger}`;
export const projectName = (id: string) => `projects/${id}`;

/** Stands for every application where the API takes one. */
export const ALL_APPLICATIONS = "applications/-";

/** The address of the screen of a resource, by its name: `applications/a/executions/x` gives `/apps/a/executions/x`. */
export function screenOf(name: string): string {
  const application = idOf(name, "applications");
  const [kind, id] = name.split("/").slice(-2);
  if (kind === "applications") return `/apps/${id}`;
  if (application) return `/apps/${application}/${kind}/${id}`;
  return `/${name}`;
}

/** The address of the editor of a pipeline. One whose id is `new` is told apart from the editor of a pipeline to be made. */
export function editorOf(pipeline: string): string {
  return `${screenOf(pipeline)}/edit${lastId(pipeline) === "new" ? "?id=new" : ""}`;
}

/** The address of a stage in an execution. */
export function stageScreen(execution: string, stage: string): string {
  return `${screenOf(execution)}?stage=${encodeURIComponent(stage)}`;
}

/** The address of a server group, in its application's clusters. */
export function serverGroupScreen(application: string, serverGroup: string): string {
  const [account, region, id] = ["accounts", "regions", "serverGroups"].map((collection) => idOf(serverGroup, collection));
  return `/apps/${idOf(application, "applications") || application}/clusters/${account}/${region}/${encodeURIComponent(id ?? "")}`;
}
