/** 페이지가 얼마나 최신인지. */
export const ko = {
  live: "실시간",
  connecting: "연결 중…",
  reconnecting: "다시 연결하는 중…",
  stale: "{time} 이후 갱신 안 됨",
  liveHelp: "변경 사항이 바로 표시됩니다.",
  connectingHelp: "서버가 아직 응답하지 않았습니다.",
  reconnectingHelp: "서버와의 연결이 끊어졌습니다. 연결될 때까지 다시 시도하며, 놓치는 내용은 없습니다.",
  staleHelp: "{time} 이후 서버와 연결되지 않았습니다. 표시된 내용이 실제와 다를 수 있습니다.",
};
