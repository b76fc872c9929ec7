// One message: who, when, what became of it, and its tabs.

import { ApiError, getMessage, rawUrl } from "./api.js";
import { copyButton, debounce, fill, h, icon, iconButton } from "./dom.js";
import { fullTime, size } from "./format.js";
import { release } from "./release.js";
import { go, link, remember, remembered, route } from "./state.js";
import { pickTab, tabsOf } from "./tabs/index.js";
import { firstOf, visible } from "./tabs/parts.js";
import { canSimulate } from "./tabs/timeline.js";

/**
 * @param {HTMLElement} root
 * @param {{remove: (id: string) => void}} actions
 */
export function createMessageView(root, { remove }) {
  let id = "";
  let message = /** @type {import("./api.js").Message | null} */ (null);
  let tab = "";
  let request = new AbortController();
  let parts = /** @type {any} */ (null); // The elements state, tabs and panel.
  /** What the open tab does when the message or the URL has changed. */
  let follow = /** @type {((message: any) => void) | null} */ (null);

  /** Show a message; when it is open already, the tab of the route. */
  function open(wanted) {
    if (wanted !== id) {
      close();
      id = wanted;
      load();
    } else if (message) {
      showTab();
    }
  }

  async function load() {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const got = await getMessage(id, signal);
      if (signal.aborted) return;
      if (id !== got.id) { // `latest`, for one.
        id = got.id;
        go({ id }, { replace: true });
      }
      const again = message !== null;
      message = got;
      if (again) update();
      else show();
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404) gone();
      else if (!message || error instanceof ApiError) fail("This message cannot be shown", error.message);
    }
  }

  /** The message was deleted. */
  function gone() {
    if (id) fail("This message is gone", "It was deleted, or never was in this emulator.");
  }

  function fail(title, text) {
    request.abort();
    message = parts = follow = null;
    fill(root, h("div", { class: "placeholder", role: "alert" },
      h("strong", null, title),
      h("p", null, text),
      h("a", { class: "button", href: link({ q: route().q }) }, "All messages")));
  }

  /** Leave the message; something else will be shown. */
  function close() {
    request.abort();
    id = tab = "";
    message = parts = follow = null;
    document.title = "ses-emulator";
  }

  function show() {
    parts = {
      state: h("div", { class: "when" }),
      tabs: h("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the message",
        onkeydown: onTabKey }),
      panel: h("div", { class: "panel", role: "tabpanel", id: "panel" }),
    };
    const head = h("header", { class: "head" }, headContent());
    fill(root, h("article", { class: "message", "aria-labelledby": "subject" },
      head, parts.tabs, parts.panel));
    root.scrollTop = 0;
    tab = "";
    document.title = `${message.subject || "(no subject)"} · ses-emulator`;
    update();
    if (document.activeElement === document.body) head.querySelector("h1").focus();
  }

  /** Show again what can change after a message was sent; its text stays as it is. */
  function update() {
    fill(parts.state,
      h("span", { class: "status", "data-status": message.status }, message.status.replaceAll("_", " ")),
      h("time", { datetime: message.received }, fullTime(message.received)),
      message.size > 0 && h("span", null, size(message.size)),
      message.configuration_set && h("span", { class: "chip", title: "Configuration set" }, message.configuration_set));
    if (tab) follow?.(message);
    showTab();
  }

  function showTab() {
    const chosen = pickTab(message, route().tab);
    const focused = document.activeElement?.id;
    fill(parts.tabs, tabsOf(message).map((t) => h("button", {
      id: `tab-${t.name}`, class: "tab", role: "tab", "aria-controls": "panel",
      "aria-selected": String(t === chosen), tabindex: t === chosen ? "0" : "-1",
      onclick: () => go({ tab: t.name, part: "" }, { replace: true }),
    }, t.title, t.count && t.count(message) > 0 && h("span", { class: "chip" }, t.count(message)))));
    const selected = document.getElementById(`tab-${chosen.name}`);
    if (focused?.startsWith("tab-")) selected?.focus();
    if (tab === chosen.name) {
      follow?.(message);
      return;
    }
    tab = chosen.name;
    follow = null;
    selected?.scrollIntoView({ block: "nearest", inline: "nearest" });
    parts.panel.setAttribute("aria-labelledby", `tab-${tab}`);
    parts.panel.dataset.tab = tab;
    fill(parts.panel, chosen.render(message, {
      on: (update) => {
        follow = update;
      },
      reload: load,
    }));
  }

  function onTabKey(event) {
    const tabs = tabsOf(message);
    const now = tabs.findIndex((t) => t.name === tab);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go({ tab: tabs.at(to % tabs.length).name, part: "" }, { replace: true });
  }

  function headContent() {
    const { subject, error } = message;
    return [
      h("div", { class: "title" },
        iconButton("back", "Back to the list", { class: "back", href: link({ q: route().q }) }),
        h("h1", { id: "subject", dir: "auto", tabindex: "-1" }, visible(subject) || "(no subject)"),
        h("div", { class: "buttons" },
          canSimulate(message) && h("button", { class: "button", "data-key": "simulate", onclick: () => {
            const { tab: shown, part } = route();
            const open = shown === "events" && part === "simulate";
            go({ tab: "events", part: open ? "" : "simulate" }, { replace: open });
          } }, icon("rules"), "Simulate"),
          message.size > 0 && message.status !== "failed" && iconButton("release", "Release to a real server",
            { class: "quiet", onclick: () => release(message, load) }),
          message.size > 0 && iconButton("download", "Download .eml",
            { class: "quiet", href: rawUrl(message.id), download: `${message.id}.eml` }),
          iconButton("trash", "Delete message", { class: "quiet danger",
            onclick: () => remove(message.id) }))),
      error && h("p", { class: "notice failed", role: "alert" },
        h("strong", null, error.code), " ", h("span", { dir: "auto" }, error.message)),
      message.parse_error && h("p", { class: "notice", role: "alert" },
        h("strong", null, "This message could not be read. "), h("bdi", null, message.parse_error)),
      parts.state,
      h("dl", { class: "people" },
        fact("From", message.from && address(message.from)),
        fact("To", addresses(message.to)),
        fact("Cc", addresses(message.cc)),
        fact("Bcc", addresses(message.bcc)),
        fact("About", message.original && h("a", { href: link({ id: message.original }) },
          h("code", null, message.original)))),
      details(),
    ];
  }

  function details() {
    const { envelope, tags } = message;
    const element = h("details", { class: "details", open: remembered("details") === "open",
      ontoggle: () => remember("details", element.open ? "open" : null) },
    h("summary", null, "Details"),
    h("dl", null,
      fact("MessageId", [h("code", null, message.id), copyButton(message.id, "the MessageId")]),
      fact("Envelope from", address(envelope.mail_from || "<>")),
      fact("Envelope to", addresses(envelope.rcpt_to)),
      fact("Operation", [message.operation, message.api !== "smtp" && ` (${message.api})`,
        message.source_ip && ` from ${message.source_ip}`]),
      fact("Account", `${message.account} ${message.region}`),
      fact("Configuration set", message.configuration_set),
      fact("Template", message.template),
      fact("Tenant", message.tenant),
      fact("Tags", Object.keys(tags).length > 0 && Object.entries(tags).map(([name, value]) =>
        h("bdi", { class: "chip" }, `${name}=${value}`)))));
    return element;
  }

  return {
    open,
    close,
    gone,
    /** Read the open message again, soon. */
    refresh: debounce(() => message && load(), 150, 1000),
    /** The id of the message that is open, or "". */
    get id() {
      return id;
    },
  };
}

function fact(name, value) {
  return value ? h("div", { class: "fact" }, h("dt", null, name), h("dd", null, value)) : null;
}

/** The name, if there is one, stands out from the address. */
function address(text) {
  const match = /^(.*\S)\s*(<[^<>]*>)$/.exec(visible(text));
  return h("bdi", null, match ? [h("bdi", null, match[1]), " ", h("span", { class: "muted" }, match[2])] : visible(text));
}

const addresses = (list) => list.length > 0
  && firstOf(list, 100, (text, index) => [index > 0 && ", ", address(text)], (more) => [" … ", more]);
