/** Korean: the texts that the first view needs. */
import { ko as common } from "./common/ko.ts";
import { ko as execution } from "./execution/ko.ts";
import { ko as executions } from "./executions/ko.ts";
import { ko as graph } from "./graph/ko.ts";
import { ko as live } from "./live/ko.ts";
import { ko as shell } from "./shell/ko.ts";
import { ko as status } from "./status/ko.ts";

export const first = {
  common, execution, executions, graph, live, shell, status,
};
