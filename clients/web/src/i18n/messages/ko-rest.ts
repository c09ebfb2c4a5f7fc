/** Korean: the texts of everything else. */
import { ko as accounts } from "./accounts/ko.ts";
import { ko as applications } from "./applications/ko.ts";
import { ko as balancing } from "./balancing/ko.ts";
import { ko as clusters } from "./clusters/ko.ts";
import { ko as code } from "./code/ko.ts";
import { ko as editor } from "./editor/ko.ts";
import { ko as form } from "./form/ko.ts";
import { ko as home } from "./home/ko.ts";
import { ko as lists } from "./lists/ko.ts";
import { ko as operations } from "./operations/ko.ts";
import { ko as projects } from "./projects/ko.ts";
import { ko as revisions } from "./revisions/ko.ts";
import { ko as triggers } from "./triggers/ko.ts";

export const rest = {
  accounts, applications, balancing, clusters, code, editor, form, home, lists, operations, projects, revisions, triggers,
};
