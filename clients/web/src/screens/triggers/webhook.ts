/** How a webhook is called from a shell. */

/** What a line of a shell needs to know of a webhook. */
interface Webhook {
  hmacSecret: string;
  signatureHeader: string;
}

/** A text within single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A line that posts to a webhook; one that signs the body when it has to be signed. */
export function curlLine(address: string, { hmacSecret, signatureHeader }: Webhook): string {
  const post = `curl -X POST ${quoted(address)} -H 'Content-Type: application/json'`;
  if (!hmacSecret) return `${post} -d '{"parameters": {}}'`;
  const header = signatureHeader || "X-Hub-Signature-256";
  return [
    `body='{"parameters": {}}'`,
    `signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/^.* //')`,
    `${post} -H "${header}: sha256=$signature" -d "$body"`,
  ].join("\n");
}

/** A text without the token in it. */
export function masked(text: string, token: string): string {
  return token ? text.replaceAll(token, "••••••••") : text;
}
