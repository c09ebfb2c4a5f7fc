/** 실행 목록. */
export const ko = {
  operation: "작업",
  byActor: "{actor} 님",
  byTrigger: "트리거 {trigger}",
  byParent: "{parent} 에서",
  stages: "스테이지 {all}개 중 {done}개 완료",
  decide: "결정 대기: {stage}",
  queued: "대기열 {position}번째",
};
