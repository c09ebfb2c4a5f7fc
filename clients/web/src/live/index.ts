/** What happens on the server, as it happens. */
export * from "./hooks.ts";
