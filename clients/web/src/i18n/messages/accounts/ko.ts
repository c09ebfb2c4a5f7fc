/** 계정과 서버. */
export const ko = {
  title: "계정",
  refresh: "다시 확인",
  clouds: "클라우드 계정",
  none: "클라우드 계정이 없습니다",
  noneText: "계정은 서버 설정에 있는 한 클라우드의 자격 증명입니다. local 제공자는 이 컴퓨터에서 프로세스를 실행합니다.",
  regions: "{count|리전 #개}",
  server: "서버",
  version: "버전",
  commit: "커밋",
  since: "시작",
  limits: "제한",
  limitsText: "서버가 허용하는 한도입니다. 각각 서버 설정에서 바꿀 수 있습니다.",
};
