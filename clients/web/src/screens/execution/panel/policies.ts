/** What happens when a stage fails, in words. */
import { FailurePolicy } from "@gennaker/client/gen/stage";
import type { TextKey } from "~/i18n/index.tsx";

export const POLICIES: Record<FailurePolicy, TextKey> = {
  [FailurePolicy.UNSPECIFIED]: "execution.policyHalt",
  [FailurePolicy.HALT_PIPELINE]: "execution.policyHalt",
  [FailurePolicy.HALT_BRANCH]: "execution.policyBranch",
  [FailurePolicy.HALT_BRANCH_THEN_FAIL]: "execution.policyBranchFail",
  [FailurePolicy.IGNORE]: "execution.policyIgnore",
};
