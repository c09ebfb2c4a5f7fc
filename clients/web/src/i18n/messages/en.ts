/** English: the texts of every area. It also says which texts there are. */
import { en as common } from "./common/en.ts";
import { en as graph } from "./graph/en.ts";
import { en as live } from "./live/en.ts";
import { en as shell } from "./shell/en.ts";
import { en as status } from "./status/en.ts";

export const en = { common, graph, live, shell, status };
export type En = typeof en;
