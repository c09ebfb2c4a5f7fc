/** 홈. */
export const ko = {
  title: "홈",
  waiting: "결정 대기",
  running: "지금 실행 중",
  nothingRuns: "실행 중인 것이 없습니다",
  nothingRunsText: "모든 애플리케이션의 실행이 시작되는 즉시 여기에 나타납니다.",
  recent: "최근 종료",
  judge: "결정하기",
  until: "{time}까지",
};
