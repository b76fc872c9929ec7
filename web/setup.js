// How to send mail here: what an empty inbox shows, and the page behind "Set up".

import { getHealth } from "./api.js";
import { copyButton, fill, h } from "./dom.js";

function snippets(health) {
  const { origin, hostname } = location;
  const smtp = health?.ports.smtp;
  return [
    {
      title: "Environment",
      note: "Enough for the AWS SDKs and the AWS CLI; the code stays as it is for production.",
      code: `export AWS_ENDPOINT_URL_SES=${origin}
export AWS_ENDPOINT_URL_SESV2=${origin}
export AWS_ACCESS_KEY_ID=test
export AWS_SECRET_ACCESS_KEY=test
export AWS_REGION=us-east-1
export AWS_DEFAULT_REGION=us-east-1`,
    },
    {
      title: "boto3",
      note: "Python",
      code: `import boto3

ses = boto3.client(
    "sesv2",
    endpoint_url="${origin}",
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
ses.send_email(
    FromEmailAddress="shop@example.com",
    Destination={"ToAddresses": ["ada@example.com"]},
    Content={"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "It works"}}}},
)`,
    },
    {
      title: "AWS CLI",
      note: "With the credentials of the environment",
      code: `aws ses send-email --endpoint-url ${origin} --region us-east-1 \\
  --from shop@example.com --to ada@example.com --subject Hello --text "It works"`,
    },
    {
      title: "JavaScript v3",
      note: "@aws-sdk/client-sesv2",
      code: `import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";

const ses = new SESv2Client({
  endpoint: "${origin}",
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
await ses.send(new SendEmailCommand({
  FromEmailAddress: "shop@example.com",
  Destination: { ToAddresses: ["ada@example.com"] },
  Content: { Simple: { Subject: { Data: "Hello" }, Body: { Text: { Data: "It works" } } } },
}));`,
    },
    {
      title: "SMTP",
      note: smtp ? `Host ${hostname}, port ${smtp}; for example with Python`
        : "The SMTP listener of this emulator is off",
      code: smtp && `import smtplib

with smtplib.SMTP("${hostname}", ${smtp}) as smtp:
    smtp.sendmail("shop@example.com", ["ada@example.com"], "Subject: Hello\\r\\n\\r\\nIt works")`,
    },
  ];
}

let chosen = 0;

/**
 * @param {HTMLElement} root
 * @param {{waiting: boolean, signal: AbortSignal}} options waiting: there is no mail yet
 */
export async function showSetup(root, { waiting, signal }) {
  const health = await getHealth().catch(() => null);
  if (signal.aborted) return;
  const all = snippets(health);
  const picks = all.map(({ title }, index) =>
    h("button", { class: "button quiet", onclick: () => choose(index) }, title));
  const detail = h("div");

  function choose(index) {
    chosen = index;
    picks.forEach((pick, i) => pick.setAttribute("aria-pressed", String(i === index)));
    const { title, note, code } = all[index];
    fill(detail, h("p", { class: "muted" }, note), code && h("div", { class: "code" },
      h("pre", { tabindex: "0", "aria-label": title, role: "region" }, h("code", null, code)),
      copyButton(code, `the ${title} snippet`)));
  }

  choose(chosen);
  fill(root, h("div", { class: "setup" },
    h("h1", null, waiting ? "Waiting for the first message" : "Send mail here"),
    h("p", null, "Point your application at ", h("code", null, location.origin),
      ". What it sends appears here at once, and goes nowhere else."),
    health && health.account !== "open" && h("p", { class: "notice" },
      `The account is in ${health.account} mode: identities must be verified first, as in SES.`),
    h("div", { class: "picks", role: "group", "aria-label": "Way to send" }, picks),
    detail,
    health && h("p", { class: "muted small" }, `ses-emulator ${health.version}`,
      ` · account ${health.account} · database ${health.database}`)));
}

/** @type {import("./pages.js").Page} */
export const setup = {
  name: "setup",
  title: "Set up",
  icon: "setup",
  group: "Emulator",
  key: "u",
  open: (root, { signal }) => showSetup(root, { waiting: false, signal }),
};
