/** The API, as every client has it: the generated SDK over gRPC-Web, at the address that the page came from. */
import { connect } from "@gennaker/client";
import { settings } from "~/settings.ts";

/** The address under which the server is reached, without a slash at the end. */
export function baseAddress(): string {
  return new URL(".", document.baseURI).href.replace(/\/$/, "");
}

/** One typed client a service: `api.executions.getExecution({ name })`. */
export const api = connect({ address: baseAddress(), actor: () => settings().actor });

export { requestId } from "@gennaker/client";
