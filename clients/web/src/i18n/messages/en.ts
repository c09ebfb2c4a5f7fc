/** English: the texts of every area. It also says which texts there are. */
import { en as accounts } from "./accounts/en.ts";
import { en as applications } from "./applications/en.ts";
import { en as balancing } from "./balancing/en.ts";
import { en as clusters } from "./clusters/en.ts";
import { en as code } from "./code/en.ts";
import { en as common } from "./common/en.ts";
import { en as editor } from "./editor/en.ts";
import { en as execution } from "./execution/en.ts";
import { en as executions } from "./executions/en.ts";
import { en as form } from "./form/en.ts";
import { en as graph } from "./graph/en.ts";
import { en as home } from "./home/en.ts";
import { en as lists } from "./lists/en.ts";
import { en as live } from "./live/en.ts";
import { en as operations } from "./operations/en.ts";
import { en as projects } from "./projects/en.ts";
import { en as revisions } from "./revisions/en.ts";
import { en as shell } from "./shell/en.ts";
import { en as status } from "./status/en.ts";
import { en as triggers } from "./triggers/en.ts";

export const en = {
  accounts, applications, balancing, clusters, code, common, editor, execution, executions, form, graph, home, lists, live, operations, projects, revisions, shell, status, triggers,
};
export type En = typeof en;
