// The search box: what was typed, its operators as chips, and completions of what is being typed.
//
// The text of the URL is the truth. The server tells which parts of it are operators; these become
// chips as soon as the caret has left them, and the rest stays in the input.

import { completeSearch } from "./api.js";
import { debounce, fill, h, icon, iconButton } from "./dom.js";
import { go, remember, remembered, route } from "./state.js";

/** How many searches are remembered. */
const RECENT = 8;

/** @returns {string[]} the last searches, the newest first */
export function recent() {
  try {
    return JSON.parse(remembered("searches") ?? "[]").filter((text) => typeof text === "string");
  } catch {
    return [];
  }
}

/**
 * @param {HTMLElement} root
 * @param {import("./mailbox.js").Mailbox} mailbox
 * @param {() => void} leave goes on to the list
 */
export function createSearch(root, mailbox, leave) {
  let chips = /** @type {string[]} */ ([]);
  let span = [0, 0]; // What a completion takes the place of.
  let active = -1; // The option that Enter takes.
  let asking = new AbortController();
  let behind = false; // The options are those of what was typed before.
  let wanted = 0; // Steps of the arrow keys until they are not.

  const input = h("input", { id: "search", type: "text", role: "combobox", "aria-label": "Search mail",
    "aria-autocomplete": "list", "aria-controls": "completions", "aria-expanded": "false",
    "aria-describedby": "search-error", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    enterkeyhint: "search", placeholder: "Search mail", title: "Press / to search" });
  const chipList = h("ul", { class: "search-chips", "aria-label": "Operators of the search" });
  const clear = iconButton("close", "Clear the search", { class: "quiet", onclick: () => {
    put([], "");
    commit();
    input.focus();
  } });
  const box = h("div", { class: "search-box", onclick: (event) => event.target === box && input.focus() },
    icon("search"), chipList, input, h("kbd", { "aria-hidden": "true" }, "/"), clear);
  const options = h("ul", { id: "completions", class: "completions", role: "listbox",
    "aria-label": "Completions", hidden: true });
  const error = h("p", { id: "search-error", class: "search-error", role: "alert", hidden: true });
  fill(root, box, options, error);

  const text = () => [...chips, input.value.trim()].filter(Boolean).join(" ");

  function put(newChips, rest) {
    chips = newChips;
    if (input.value !== rest) input.value = rest;
    fill(chipList, chips.map((chip, index) => h("li", null,
      h("button", { class: "chip", title: "Remove", "aria-label": `Remove ${chip}`, onclick: () => {
        put(chips.filter((_, i) => i !== index), input.value);
        commit();
        input.focus();
      } }, h("bdi", null, chip), icon("close")))));
    box.classList.toggle("filled", text() !== "");
  }

  function commit() {
    const q = text();
    if (q === route().q && !route().view) return;
    go({ q, view: "", name: "", part: "" }, { replace: route().q !== "" && q !== "" });
  }

  /** Make chips of the operators that the server found, except of the one that is being typed. */
  function settle() {
    const q = text();
    if (mailbox.understood !== q) return;
    const from = chips.join(" ").length + (chips.length > 0 && input.value ? 1 : 0);
    const lead = input.value.length - input.value.trimStart().length;
    const typing = document.activeElement === input && !/\s$/.test(input.value) ? input.selectionStart : -1;
    let rest = input.value;
    let caret = input.selectionStart;
    const found = [];
    for (const { operator, start, end, text: term } of mailbox.terms.toReversed()) {
      const [first, last] = [start - from + lead, end - from + lead];
      if (!operator || first < 0 || (first < typing && typing <= last)) continue;
      found.unshift(term);
      const cut = rest.slice(0, first) + rest.slice(last).trimStart();
      if (caret > first) caret = Math.max(first, caret - (rest.length - cut.length));
      rest = cut;
    }
    if (found.length === 0) return;
    put([...chips, ...found], rest);
    if (document.activeElement === input) input.setSelectionRange(caret, caret);
    if (text() !== q) go({ q: text() }, { replace: true }); // The operators stand first.
  }

  const complete = debounce(async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const [value, caret] = [input.value, input.selectionStart];
    const got = await completeSearch(value, caret, signal).catch(() => null);
    if (signal.aborted || document.activeElement !== input || input.value !== value) return;
    behind = false;
    const word = value.slice(got?.start, got?.end);
    const values = (got?.values ?? []).filter((each) => each.text !== word);
    span = [got?.start ?? 0, got?.end ?? 0];
    active = -1;
    fill(options, values.map((each, index) => h("li", { id: `completion-${index}`, role: "option",
      "aria-selected": "false", "data-text": each.text,
      onpointerdown: (event) => event.preventDefault(), onclick: () => choose(index) },
    h("bdi", null, each.text), h("span", { class: "muted" }, each.hint))));
    const step = wanted;
    expand(values.length > 0);
    if (step && values.length > 0) activate(step < 0 ? step : step - 1);
  }, 60);

  function expand(open) {
    if (!open) asking.abort();
    wanted = 0;
    options.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function activate(index) {
    const all = [...options.children];
    // One past the end is the input itself.
    active = (index + all.length + 1) % (all.length + 1);
    if (active === all.length) active = -1;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    const chosen = /** @type {HTMLElement} */ (options.children[index]).dataset.text ?? "";
    const open = chosen.endsWith(":") || chosen.endsWith("="); // Its value comes next.
    const before = input.value.slice(0, span[0]) + chosen + (open ? "" : " ");
    input.value = before + input.value.slice(span[1]).trimStart();
    input.setSelectionRange(before.length, before.length);
    input.focus();
    expand(false);
    changed();
  }

  function changed() {
    behind = true;
    wanted = 0;
    box.classList.toggle("filled", text() !== "");
    complete();
    typed();
  }

  const typed = debounce(() => {
    if (text() === route().q) return settle();
    // An operator without its value yet finds nothing.
    if (!/(^|\s)-?[a-z]+:$/i.test(input.value)) commit();
  }, 120);

  /** Remember a search that was meant so. */
  function keep() {
    const q = text();
    if (q) remember("searches", JSON.stringify([q, ...recent().filter((each) => each !== q)].slice(0, RECENT)));
  }

  input.addEventListener("input", changed);
  input.addEventListener("focus", complete);
  input.addEventListener("click", complete);
  input.addEventListener("blur", () => {
    expand(false);
    keep();
    settle();
  });
  input.addEventListener("keydown", (event) => {
    const open = !options.hidden;
    const { key } = event;
    if (event.isComposing) return;
    if (key === "ArrowDown" && !open && options.children.length === 0) leave();
    else if (key === "ArrowDown" || key === "ArrowUp") {
      if (!open) return;
      const step = key === "ArrowDown" ? 1 : -1;
      if (behind) wanted += step;
      else activate(active + step);
    } else if ((key === "Enter" || key === "Tab") && open && active >= 0 && !behind) choose(active);
    else if (key === "Enter") {
      expand(false);
      commit();
      leave();
    } else if (key === "Escape") {
      if (open) expand(false);
      else if (text()) {
        put([], "");
        commit();
      } else input.blur();
    } else if (key === "Backspace" && chips.length > 0 && input.selectionEnd === 0) {
      put(chips.slice(0, -1), input.value);
      commit();
    } else return;
    event.preventDefault();
  });

  return {
    /** Show the search of the URL, and what the server says of it. */
    render() {
      const { q } = route();
      if (q !== text() && (document.activeElement !== input || q !== asked)) put([], q);
      asked = q;
      error.textContent = mailbox.error;
      error.hidden = !mailbox.error;
      input.setAttribute("aria-invalid", String(mailbox.error !== ""));
      settle();
    },
    focus() {
      input.focus();
      input.select();
    },
  };
}

let asked = ""; // The search of the URL when it was last looked at.
