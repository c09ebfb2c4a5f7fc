/** English: the texts of every area. It also says which texts there are. */
import { en as applications } from "./applications/en.ts";
import { en as executions } from "./executions/en.ts";
import { en as common } from "./common/en.ts";
import { en as graph } from "./graph/en.ts";
import { en as home } from "./home/en.ts";
import { en as live } from "./live/en.ts";
import { en as shell } from "./shell/en.ts";
import { en as status } from "./status/en.ts";
import { en as code } from "./code/en.ts";
import { en as form } from "./form/en.ts";

export const en = { form, code, applications, common, executions, graph, home, live, shell, status };
export type En = typeof en;
