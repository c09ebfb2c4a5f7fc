/** Korean: the texts of every area. */
import type { Messages } from "../index.tsx";
import { ko as applications } from "./applications/ko.ts";
import { ko as executions } from "./executions/ko.ts";
import { ko as common } from "./common/ko.ts";
import { ko as graph } from "./graph/ko.ts";
import { ko as home } from "./home/ko.ts";
import { ko as live } from "./live/ko.ts";
import { ko as shell } from "./shell/ko.ts";
import { ko as status } from "./status/ko.ts";
import { ko as code } from "./code/ko.ts";
import { ko as form } from "./form/ko.ts";

export const ko: Messages = { form, code, applications, common, executions, graph, home, live, shell, status };
