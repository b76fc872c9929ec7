// Sends one message with nodemailer and prints what sendMail resolved to, as JSON.
// stdin: {"transport": "ses" or the options of the SMTP transport, "mail": the message}.

import { readFileSync } from "node:fs";
import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import nodemailer from "nodemailer";

const { transport, mail } = JSON.parse(readFileSync(0, "utf8"));
const transporter = nodemailer.createTransport(
  transport === "ses"
    ? { SES: { sesClient: new SESv2Client({ maxAttempts: 1 }), SendEmailCommand } }
    : transport,
);
await transporter.verify();
const { envelope, messageId, response } = await transporter.sendMail(mail);
transporter.close();
console.log(JSON.stringify({ envelope, messageId, response }));
