// Calls an AWS SDK client: `node aws_sdk.mjs PACKAGE`, with a JSON list of [command, input]
// on stdin, and prints a JSON list of what each call came to: {"output": ...} or {"error": ...}.
// {"$base64": "..."} in an input stands for bytes.

import { readFileSync } from "node:fs";

const sdk = await import(process.argv[2]);
const Client = sdk.SESv2Client ?? sdk.SESClient;
const calls = JSON.parse(readFileSync(0, "utf8"), (key, value) =>
  value?.$base64 === undefined ? value : new Uint8Array(Buffer.from(value.$base64, "base64")),
);

const client = new Client({ maxAttempts: 1 });
const results = [];
for (const [command, input] of calls) {
  try {
    const { $metadata, ...output } = await client.send(new sdk[`${command}Command`](input));
    results.push({ output, status: $metadata.httpStatusCode, requestId: $metadata.requestId });
  } catch (error) {
    const type = sdk[error.name];
    results.push({
      error: error.name,
      message: error.message,
      typed: typeof type === "function" && error instanceof type,
      status: error.$metadata?.httpStatusCode,
      details: { ...error, $metadata: undefined, $response: undefined },
    });
  }
}
console.log(JSON.stringify(results));
