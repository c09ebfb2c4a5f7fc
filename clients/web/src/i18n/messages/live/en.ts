/** How live the page is. */
export const en = {
  live: "Live",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  stale: "Stale since {time}",
  liveHelp: "Changes are shown as they happen.",
  connectingHelp: "The server has not answered yet.",
  reconnectingHelp: "The connection to the server broke. It is tried again until it works; nothing is lost.",
  staleHelp: "There has been no connection to the server since {time}. What is shown may be wrong by now.",
};
