/** 서버 전체에서 일어나는 일. */
export const ko = {
  title: "작업 내역",
  executions: "모든 실행",
  people: "사용자별 작업",
  actor: "사용자",
  everybody: "모든 사용자",
  nobody: "최근 작업한 사람이 없습니다",
  nobodyText: "누가 시작, 취소, 일시 중지, 승인, 건너뛰기를 했는지, 누가 파이프라인이나 트리거를 변경했는지 표시됩니다.",
  started: "시작함",
  operated: "인프라 변경",
  canceled: "취소함",
  paused: "일시 중지함",
  approved: "승인함",
  rejected: "중단시킴",
  skipped: "건너뜀",
  savedPipeline: "파이프라인 저장",
  savedTrigger: "트리거 저장",
};
