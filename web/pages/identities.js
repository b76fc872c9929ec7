// The addresses and domains that mail may be sent from.

import { getAccount, listIdentities, operation, verifyIdentity } from "../api.js";
import { h } from "../dom.js";
import { go, link } from "../state.js";
import { identity } from "./identity.js";
import { attempt, button, check, deleteButton, empty, field, input, page, rowLink, state, statusOf, words } from "./parts.js";
import { ask, faces, listing } from "./views.js";

/** @type {import("../pages.js").Page} */
export const identities = {
  name: "identities",
  title: "Identities",
  icon: "identities",
  group: "SES",
  key: "i",
  ...faces({ title: "Identities", list, detail: identity }),
};

async function list(place) {
  const { account, region } = await getAccount(place);
  const load = async () => ({ rows: (await listIdentities({ ...place, account, region })).identities });
  const node = page("Identities", {
    help: "The domains and addresses that your application sends from.",
    actions: button("Create identity", create, { class: "button primary" }),
  }, await listing({
    label: "Identities",
    nouns: ["identity", "identities"],
    load,
    words: (row) => row.name,
    columns: [
      { title: "Identity", cell: (row) => rowLink(row.name, link({ view: "identities", name: row.name })) },
      { title: "Type", minor: true, cell: (row) => (row.type === "DOMAIN" ? "Domain" : "Address") },
      { title: "Status", cell: (row) => verified(row.status) },
      { title: "DKIM", minor: true, cell: (row) => (row.dkim_enabled ? statusOf(row.dkim_status) : state("Off", "none")) },
      { title: "MAIL FROM", minor: true, cell: (row) => row.mail_from_domain && h("span", { class: "line" },
        h("bdi", null, row.mail_from_domain), row.mail_from_status !== "SUCCESS" && statusOf(row.mail_from_status)) },
      { title: "Actions", hidden: true, end: true, cell: (row) => h("div", { class: "buttons" },
        row.status !== "SUCCESS" && button("Verify", () => verify(row), { "aria-label": `Verify ${row.name}` }),
        deleteButton(row.name, async () => {
          await operation("sesv2", "DeleteEmailIdentity", { EmailIdentity: row.name }, place);
          await place.refresh();
        }, "Mail from it is then refused, if the account is strict.")) },
    ],
    empty: empty({
      title: "No identities yet",
      text: "SES sends only from domains and addresses that are verified. Here that takes one click, or none.",
      command: `aws sesv2 create-email-identity --endpoint-url ${location.origin} --email-identity example.com`,
    }),
  }));

  const verify = (row) => attempt(async () => {
    await verifyIdentity(row.name, row);
    await place.refresh();
  }, `${row.name} is verified`);

  function create() {
    ask({
      title: "Create identity",
      action: "Create",
      submit: async ({ name, set, dkim }) => {
        await operation("sesv2", "CreateEmailIdentity", { EmailIdentity: name, ...(set && { ConfigurationSetName: set }) }, place);
        if (!dkim) await operation("sesv2", "PutEmailIdentityDkimAttributes", { EmailIdentity: name, SigningEnabled: false }, place);
        go({ name, part: "" });
      },
    },
    field({ label: "Domain or address", help: "A domain covers its subdomains and all their addresses.",
      input: input("name", "", { required: true, placeholder: "example.com" }) }),
    field({ label: "Default configuration set (optional)", input: input("set") }),
    check("dkim", "Sign its mail with DKIM", true));
  }

  return { node };
}

/** "Verified" is the word that everybody uses for SUCCESS. */
export const verified = (status) => (status === "SUCCESS" ? state("Verified", "good")
  : state(words(status), status === "FAILED" ? "bad" : "warn"));
