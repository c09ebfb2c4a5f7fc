/** English: all texts. It also says which texts there are. */
import { first } from "./en-first.ts";
import { rest } from "./en-rest.ts";

export const en = { ...first, ...rest };
export type En = typeof en;
