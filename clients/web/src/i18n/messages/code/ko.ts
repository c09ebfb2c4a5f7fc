/** 코드 편집기. */
export const ko = {
  leave: "Tab 키는 들여쓰기입니다. 편집기에서 나가려면 Escape를 누른 다음 Tab을 누르세요.",
  before: "이전",
  after: "이후",
  mine: "내 버전",
  theirs: "다른 버전",
  take: "이 부분 가져오기",
  keep: "내 것 유지",
  unchanged: "바뀌지 않은 줄 {count}개",
  mergeHelp: "내 버전을 직접 고치거나, 화살표로 다른 버전의 일부를 가져올 수 있습니다.",
  insert: "표현식 넣기",
  value: "선택한 실행에서의 값",
  unknown: "이 값은 실행해 봐야 알 수 있습니다.",
};
