// Has sns-validator judge messages of SNS and prints, as JSON, null for each that it accepts and
// the words of its error for each that it refuses.
// stdin: {"hosts": a pattern of where certificates may be, "messages": the bodies as text}.

import { readFileSync } from "node:fs";
import MessageValidator from "sns-validator";

const { hosts, messages } = JSON.parse(readFileSync(0, "utf8"));
const validator = new MessageValidator(new RegExp(hosts));
const judged = messages.map(
  (message) =>
    new Promise((resolve) =>
      validator.validate(message, (error) => resolve(error ? error.message : null)),
    ),
);
console.log(JSON.stringify(await Promise.all(judged)));
