/** Korean: the texts of every area. */
import type { Messages } from "../index.tsx";
import { ko as accounts } from "./accounts/ko.ts";
import { ko as applications } from "./applications/ko.ts";
import { ko as balancing } from "./balancing/ko.ts";
import { ko as clusters } from "./clusters/ko.ts";
import { ko as code } from "./code/ko.ts";
import { ko as common } from "./common/ko.ts";
import { ko as editor } from "./editor/ko.ts";
import { ko as execution } from "./execution/ko.ts";
import { ko as executions } from "./executions/ko.ts";
import { ko as form } from "./form/ko.ts";
import { ko as graph } from "./graph/ko.ts";
import { ko as home } from "./home/ko.ts";
import { ko as lists } from "./lists/ko.ts";
import { ko as live } from "./live/ko.ts";
import { ko as operations } from "./operations/ko.ts";
import { ko as projects } from "./projects/ko.ts";
import { ko as revisions } from "./revisions/ko.ts";
import { ko as shell } from "./shell/ko.ts";
import { ko as status } from "./status/ko.ts";
import { ko as triggers } from "./triggers/ko.ts";

export const ko: Messages = {
  accounts, applications, balancing, clusters, code, common, editor, execution, executions, form, graph, home, lists, live, operations, projects, revisions, shell, status, triggers,
};
