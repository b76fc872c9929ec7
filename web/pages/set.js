// One configuration set: its options, which are set at once, and its event destinations.

import { operation } from "../api.js";
import { h, iconButton } from "../dom.js";
import { fullTime } from "../format.js";
import { link, route } from "../state.js";
import { destinations } from "./destinations.js";
import { check, checks, deleteButton, field, input, page, partLinks, select, setting, state, toggle } from "./parts.js";
import { ask } from "./views.js";

const PARTS = { "": "Event destinations", options: "Options" };
export const REASONS = /** @type {[string, string][]} */ ([["BOUNCE", "Hard bounces"], ["COMPLAINT", "Complaints"]]);

/** @param {import("./views.js").Place} place */
export async function configurationSet(place, name) {
  const v2 = (operationName, parameters = {}) =>
    operation("sesv2", operationName, { ConfigurationSetName: name, ...parameters }, place);
  const set = await v2("GetConfigurationSet");
  const part = route().part in PARTS ? route().part : "";
  const sending = set.SendingOptions?.SendingEnabled ?? true;

  return { node: page(name, {
    back: { title: "Configuration sets", href: link({ view: "sets" }) },
    state: sending ? state("Sending", "good") : state("Paused", "warn"),
    actions: deleteButton(name, async () => {
      await v2("DeleteConfigurationSet");
      place.leave();
    }, "With its event destinations. Mail that names it is refused then."),
  },
  partLinks("Parts of the configuration set", Object.entries(PARTS).map(([own, title]) =>
    ({ title, href: link({ view: "sets", name, part: own }), current: own === part }))),
  part === "options" ? options() : await destinations(place, name)) };

  function options() {
    const { TrackingOptions: tracking, DeliveryOptions: delivery, ReputationOptions: reputation,
      SuppressionOptions: suppression, VdmOptions: vdm } = set;
    const started = reputation?.LastFreshStart;
    return h("div", { class: "settings" },
      toggle({
        label: "Sending",
        help: "Off, mail that names this set is refused with ConfigurationSetSendingPausedException.",
        on: sending,
        change: async (on) => {
          await v2("PutConfigurationSetSendingOptions", { SendingEnabled: on });
          await place.refresh();
        },
      }),
      toggle({
        label: "Reputation metrics",
        help: ["Bounce and complaint rates of this set go to CloudWatch.", started && ` Counted since ${fullTime(started)}.`],
        on: reputation?.ReputationMetricsEnabled ?? false,
        change: (on) => v2("PutConfigurationSetReputationOptions", { ReputationMetricsEnabled: on }),
      }),
      row("Tracking domain", "Opens and clicks are tracked if a destination wants them.",
        tracking?.CustomRedirectDomain ? `${tracking.CustomRedirectDomain} (HTTPS ${HTTPS[tracking.HttpsPolicy] ?? "optional"})` : "SES's own",
        "the tracking domain", askTracking),
      row("Suppression list", "Which of the reasons on the account's list hold for this set.",
        suppression?.SuppressedReasons ? suppression.SuppressedReasons.map((reason) => Object.fromEntries(REASONS)[reason]).join(", ") || "Not used"
          : "As the account", "the suppression", askSuppression),
      row("Delivery", "Whether a connection without TLS will do, and for how long SES tries.",
        [delivery?.TlsPolicy === "REQUIRE" ? "TLS required" : "TLS if there is any",
          delivery?.SendingPoolName && `pool ${delivery.SendingPoolName}`,
          delivery?.MaxDeliverySeconds && `${delivery.MaxDeliverySeconds} s at most`].filter(Boolean).join(" · "),
        "the delivery options", askDelivery),
      toggle({
        label: "Engagement metrics",
        help: "Of the Virtual Deliverability Manager's dashboard.",
        on: vdm?.DashboardOptions?.EngagementMetrics === "ENABLED",
        change: (on) => v2("PutConfigurationSetVdmOptions", { VdmOptions: {
          ...vdm, DashboardOptions: { EngagementMetrics: on ? "ENABLED" : "DISABLED" } } }),
      }));

    async function askTracking() {
      if (await ask({
        title: "Tracking domain",
        action: "Save",
        submit: (values) => v2("PutConfigurationSetTrackingOptions", values.domain
          ? { CustomRedirectDomain: values.domain, HttpsPolicy: values.https } : {}),
      },
      field({ label: "Domain", help: "A subdomain of an identity; empty for SES's own.",
        input: input("domain", tracking?.CustomRedirectDomain, { placeholder: "click.example.com" }) }),
      field({ label: "HTTPS", input: select("https", Object.entries(HTTPS), tracking?.HttpsPolicy ?? "OPTIONAL") }))) await place.refresh();
    }

    async function askSuppression() {
      const own = suppression?.SuppressedReasons;
      if (await ask({
        title: "Suppression list",
        action: "Save",
        submit: (values, data) => v2("PutConfigurationSetSuppressionOptions",
          values.own ? { SuppressedReasons: data.getAll("reasons") } : {}),
      },
      check("own", "Other reasons than the account", Boolean(own)),
      checks("Do not send after", "reasons", REASONS, own ?? REASONS.map(([reason]) => reason)))) await place.refresh();
    }

    async function askDelivery() {
      if (await ask({
        title: "Delivery",
        action: "Save",
        submit: (values) => v2("PutConfigurationSetDeliveryOptions", { TlsPolicy: values.tls,
          ...(values.pool && { SendingPoolName: values.pool }),
          ...(values.seconds && { MaxDeliverySeconds: Number(values.seconds) }) }),
      },
      field({ label: "TLS", input: select("tls", [["OPTIONAL", "If the server offers it"], ["REQUIRE", "Required"]], delivery?.TlsPolicy) }),
      field({ label: "Pool of dedicated IP addresses (optional)", input: input("pool", delivery?.SendingPoolName) }),
      field({ label: "Seconds until SES gives up (optional)", help: "From 300 to 50,400.",
        input: input("seconds", delivery?.MaxDeliverySeconds, { type: "number", min: "300", max: "50400" }) }))) await place.refresh();
    }
  }
}

const HTTPS = { OPTIONAL: "optional", REQUIRE: "required", REQUIRE_OPEN_ONLY: "required for opens" };

const row = (label, help, value, what, change) => setting({ label, help, control: h("span", { class: "line" },
  h("bdi", null, value), iconButton("edit", `Change ${what}`, { class: "quiet", onclick: change })) });
