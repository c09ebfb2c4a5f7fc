/** English: the texts that the first view needs. */
import { en as common } from "./common/en.ts";
import { en as execution } from "./execution/en.ts";
import { en as executions } from "./executions/en.ts";
import { en as graph } from "./graph/en.ts";
import { en as live } from "./live/en.ts";
import { en as shell } from "./shell/en.ts";
import { en as status } from "./status/en.ts";

export const first = {
  common, execution, executions, graph, live, shell, status,
};
