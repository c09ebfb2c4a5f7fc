/** The API for screens. */
export { api, baseAddress, requestId } from "./client.ts";
export { explain, isConflict, isNotFound } from "./errors.ts";
export * from "./names.ts";
export { allPages, queryClient } from "./queries.ts";
