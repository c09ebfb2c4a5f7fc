/** Accounts and the server. */
export const en = {
  title: "Accounts",
  refresh: "Ask again",
  clouds: "Cloud accounts",
  none: "There are no cloud accounts",
  noneText: "An account is a set of credentials of one cloud, from the server's configuration. The local provider runs processes on this machine.",
  regions: "{count|Region|# regions}",
  server: "Server",
  version: "Version",
  commit: "Commit",
  since: "Started",
  limits: "Limits",
  limitsText: "What the server allows. Each can be set in its configuration.",
};
