/** English: the texts of everything else. */
import { en as accounts } from "./accounts/en.ts";
import { en as applications } from "./applications/en.ts";
import { en as balancing } from "./balancing/en.ts";
import { en as clusters } from "./clusters/en.ts";
import { en as code } from "./code/en.ts";
import { en as editor } from "./editor/en.ts";
import { en as form } from "./form/en.ts";
import { en as home } from "./home/en.ts";
import { en as lists } from "./lists/en.ts";
import { en as operations } from "./operations/en.ts";
import { en as projects } from "./projects/en.ts";
import { en as revisions } from "./revisions/en.ts";
import { en as triggers } from "./triggers/en.ts";

export const rest = {
  accounts, applications, balancing, clusters, code, editor, form, home, lists, operations, projects, revisions, triggers,
};
