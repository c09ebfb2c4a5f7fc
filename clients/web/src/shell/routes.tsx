/** Which screen an address shows. Each screen is loaded when it is first shown. */
import { type ComponentType, lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Spinner } from "~/ui/index.ts";
import { NotFound } from "./not-found.tsx";

/** A screen by its file; the default export gets the parts of the address as props. */
type Screen = ComponentType<Record<string, string>>;
const files = import.meta.glob<{ default: Screen }>(["../screens/*/*.tsx", "!../screens/**/*.test.tsx"]);

function screen(file: string): Screen {
  const load = files[`../screens/${file}.tsx`];
  return load ? lazy(load) : NotFound;
}

const ROUTES: readonly (readonly [path: string, screen: Screen])[] = [
  ["/", screen("home/home")],
  ["/projects", screen("projects/list")],
  ["/projects/:project", screen("projects/project")],
  ["/operations", screen("operations/operations")],
  ["/accounts", screen("accounts/accounts")],
  ["/apps", screen("applications/list")],
  ["/apps/:application", screen("applications/overview")],
  ["/apps/:application/settings", screen("applications/settings")],
  ["/apps/:application/executions", screen("executions/list")],
  ["/apps/:application/executions/:execution", screen("execution/execution")],
  ["/apps/:application/executions/:execution/compare/:other", screen("execution/compare")],
  ["/apps/:application/pipelines", screen("pipelines/list")],
  ["/apps/:application/pipelines/:pipeline", screen("pipelines/pipeline")],
  ["/apps/:application/pipelines/:pipeline/edit", screen("editor/editor")],
  ["/apps/:application/pipelines/:pipeline/revisions", screen("pipelines/revisions")],
  ["/apps/:application/clusters", screen("clusters/clusters")],
  ["/apps/:application/clusters/:account/:region/:serverGroup", screen("clusters/server-group")],
  ["/apps/:application/load-balancers", screen("load-balancers/load-balancers")],
  ["/apps/:application/firewalls", screen("firewalls/firewalls")],
  ["/apps/:application/images", screen("images/images")],
  ["/apps/:application/triggers", screen("triggers/triggers")],
  ["/apps/:application/triggers/:trigger", screen("triggers/trigger")],
];

export function Routes() {
  return (
    <Suspense fallback={<Spinner />}>
      <Switch>
        {ROUTES.map(([path, Shown]) => (
          <Route key={path} path={path}>{(parts) => <Shown key={path} {...parts} />}</Route>
        ))}
        {/* Links in notifications name resources as the API does. */}
        <Route path="/applications/*">{({ "*": rest }) => <Redirect to={`/apps/${rest}`} replace />}</Route>
        <Route><NotFound /></Route>
      </Switch>
    </Suspense>
  );
}
