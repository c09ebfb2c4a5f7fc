/** Which screen an address shows. Each screen is loaded when it is first shown. */
import { type ComponentType, lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { Spinner } from "~/ui/index.ts";
import { NotFound } from "./not-found.tsx";

/** A screen gets the parts of its address as props. */
type Screen = ComponentType<Record<string, string>>;

function screen(load: () => Promise<{ default: ComponentType<never> }>): Screen {
  // The names of the parts in the path are those of the props; the stories open every address.
  return lazy(load as () => Promise<{ default: Screen }>);
}

const ROUTES: readonly (readonly [path: string, screen: Screen])[] = [
  ["/", screen(() => import("~/screens/home/home.tsx"))],
  ["/projects", screen(() => import("~/screens/projects/list.tsx"))],
  ["/projects/:project", screen(() => import("~/screens/projects/project.tsx"))],
  ["/operations", screen(() => import("~/screens/operations/operations.tsx"))],
  ["/accounts", screen(() => import("~/screens/accounts/accounts.tsx"))],
  ["/apps", screen(() => import("~/screens/applications/list.tsx"))],
  ["/apps/:application", screen(() => import("~/screens/applications/overview.tsx"))],
  ["/apps/:application/settings", screen(() => import("~/screens/applications/settings.tsx"))],
  ["/apps/:application/executions", screen(() => import("~/screens/executions/list.tsx"))],
  ["/apps/:application/executions/:execution", screen(() => import("~/screens/execution/execution.tsx"))],
  ["/apps/:application/executions/:execution/compare/:other", screen(() => import("~/screens/execution/compare.tsx"))],
  ["/apps/:application/pipelines", screen(() => import("~/screens/pipelines/list.tsx"))],
  ["/apps/:application/pipelines/:pipeline", screen(() => import("~/screens/pipelines/pipeline.tsx"))],
  ["/apps/:application/pipelines/:pipeline/edit", screen(() => import("~/screens/editor/editor.tsx"))],
  ["/apps/:application/pipelines/:pipeline/revisions", screen(() => import("~/screens/pipelines/revisions.tsx"))],
  ["/apps/:application/clusters", screen(() => import("~/screens/clusters/clusters.tsx"))],
  ["/apps/:application/clusters/:account/:region/:serverGroup", screen(() => import("~/screens/clusters/server-group.tsx"))],
  ["/apps/:application/load-balancers", screen(() => import("~/screens/load-balancers/load-balancers.tsx"))],
  ["/apps/:application/firewalls", screen(() => import("~/screens/firewalls/firewalls.tsx"))],
  ["/apps/:application/images", screen(() => import("~/screens/images/images.tsx"))],
  ["/apps/:application/triggers", screen(() => import("~/screens/triggers/triggers.tsx"))],
  ["/apps/:application/triggers/:trigger", screen(() => import("~/screens/triggers/trigger.tsx"))],
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
