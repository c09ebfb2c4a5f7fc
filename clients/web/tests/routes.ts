/** Every screen there is, with an address that shows something in the world of the stories. */
export interface Route {
  /** Its name in file names of screenshots. */
  id: string;
  path: string;
  /** A text that is there when the screen is. */
  shows: string;
}

/** The executions that addresses name. */
export interface Executions {
  deployed: string;
  judged: string;
  failed: string;
}

const idOf = (name: string) => name.slice(name.lastIndexOf("/") + 1);

/** The screens, for the executions of `prepare`. */
export function routes({ deployed, judged, failed }: Executions): Route[] {
  return [
    { id: "home", path: "/", shows: "Running now" },
    { id: "applications", path: "/apps", shows: "Hello" },
    { id: "application", path: "/apps/hello", shows: "Latest executions" },
    { id: "settings", path: "/apps/hello/settings", shows: "Traffic guards" },
    { id: "executions", path: "/apps/hello/executions", shows: "Red/black" },
    { id: "execution", path: `/apps/hello/executions/${idOf(deployed)}`, shows: "Deploy the version" },
    { id: "judgment", path: `/apps/hello/executions/${idOf(judged)}?stage=approve`, shows: "with red/black?" },
    { id: "failure", path: `/apps/shop/executions/${idOf(failed)}?stage=check`, shows: "Failed" },
    { id: "timeline", path: `/apps/hello/executions/${idOf(deployed)}?tab=timeline`, shows: "Deploy the version" },
    { id: "events", path: `/apps/hello/executions/${idOf(deployed)}?tab=events`, shows: "Deploy the version" },
    { id: "compare", path: `/apps/hello/executions/${idOf(deployed)}/compare/${idOf(judged)}`, shows: "version" },
    { id: "pipelines", path: "/apps/hello/pipelines", shows: "Red/black" },
    { id: "pipeline", path: "/apps/hello/pipelines/red-black", shows: "Watch it for a moment" },
    { id: "revisions", path: "/apps/hello/pipelines/red-black/revisions", shows: "story" },
    { id: "editor", path: "/apps/hello/pipelines/red-black/edit?stage=deploy", shows: "Red/black" },
    { id: "editor-code", path: "/apps/hello/pipelines/red-black/edit?as=yaml", shows: "dependsOn" },
    { id: "clusters", path: "/apps/hello/clusters", shows: "hello-main-v000" },
    { id: "server-group", path: "/apps/hello/clusters/local/local/hello-main-v000", shows: "hello:v1" },
    { id: "load-balancers", path: "/apps/hello/load-balancers", shows: "hello" },
    { id: "firewalls", path: "/apps/hello/firewalls", shows: "127.0.0.0/8" },
    { id: "images", path: "/apps/hello/images", shows: "hello:v1" },
    { id: "triggers", path: "/apps/shop/triggers", shows: "on-push" },
    { id: "trigger", path: "/apps/shop/triggers/on-push", shows: "on-push" },
    { id: "projects", path: "/projects", shows: "Hello" },
    { id: "project", path: "/projects/hello", shows: "hello" },
    { id: "operations", path: "/operations", shows: "Red/black" },
    { id: "accounts", path: "/accounts", shows: "local" },
  ];
}
