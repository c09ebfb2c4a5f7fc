/** Korean: all texts. */
import type { Messages } from "../index.tsx";
import { first } from "./ko-first.ts";
import { rest } from "./ko-rest.ts";

export const ko: Messages = { ...first, ...rest };
