// The messages that match the search: what is loaded of them, and how it is kept current.
//
// When the stream tells of something, the first page is read again, once for many things: the
// server alone knows what matches, in which order, how many, and with what status.

import { listMessages } from "./api.js";
import { debounce } from "./dom.js";
import { parseSearch } from "./search.js";

const PAGE = 100;

/** A list that is longer than this and not scrolled goes back to one page. */
const MANY = 1000;

export class Mailbox {
  /** @type {import("./api.js").Summary[]} newest first */
  items = [];
  /** How many match, loaded or not. */
  total = 0;
  /** What is wrong with the search, in one line. */
  error = "";
  /** The server does not answer, and there is nothing to show. */
  unreachable = false;
  /** Whether the first answer is there. */
  loaded = false;
  /** The search, and what it is for the API. */
  text = "";
  /** @type {Record<string, string>} */
  filters = {};
  /** The list's way to say that nobody is reading further down. */
  atTop = () => true;
  /** Read the first page again, soon; what is loaded beyond it stays. */
  touch = debounce(() => this.refresh(), 60, 400);

  #changed;
  #next = /** @type {string | null} */ (null);
  #request = /** @type {AbortController | null} */ (null);
  #arrived = 0; // Since the first page was asked for.
  #again = false;
  #stale = false; // `items` answers another search.
  #paging = false;

  /** @param {() => void} changed is called after each change */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Whether there is more to load. */
  get more() {
    return this.#next !== null;
  }

  /**
   * Show what matches `text`.
   * @param {string} text
   */
  search(text) {
    this.text = text;
    this.#stale = true;
    this.#request?.abort();
    this.#request = null;
    try {
      this.filters = parseSearch(text);
      this.#load();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Read the first page again, now. */
  refresh() {
    if (this.#request) this.#again = true;
    else this.#load();
  }

  /** Load the next page, if there is one. */
  async loadMore() {
    const after = this.#next;
    if (after === null || this.#paging) return;
    this.#paging = true;
    const page = await listMessages(this.filters, { after, limit: PAGE }).catch(() => null);
    this.#paging = false;
    if (!page || this.#next !== after) return; // No answer, or another list by now.
    this.items = this.items.concat(page.messages);
    this.#next = page.next;
    this.#changed();
  }

  /** A message arrived. */
  receive() {
    this.#arrived += 1;
    this.touch();
  }

  /** @param {string[] | null} ids what was deleted, or null for all */
  remove(ids) {
    const gone = new Set(ids);
    const items = this.items.filter((item) => ids && !gone.has(item.id));
    this.total = ids ? this.total - (this.items.length - items.length) : 0;
    this.items = items;
    if (!ids) this.#next = null;
    if (this.#request) { // Its answer may still have them.
      this.#request.abort();
      this.#load();
    }
    this.touch();
    this.#changed();
  }

  async #load() {
    const request = new AbortController();
    const { signal } = request;
    this.#request = request;
    this.#again = false;
    // So many that the page reaches down to what is loaded.
    const limit = Math.min(PAGE + this.#arrived, MANY);
    this.#arrived = 0;
    try {
      const page = await listMessages(this.filters, { limit, signal });
      if (signal.aborted) return;
      this.#merge(page);
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error);
    }
    this.#request = null;
    this.#changed();
    if (this.#again) this.touch();
  }

  /** Put a first page in its place among what is loaded. */
  #merge(page) {
    const last = page.messages.at(-1)?.id;
    const end = this.#stale || page.next === null || (this.items.length > MANY && this.atTop())
      ? -1 : this.items.findIndex((item) => item.id === last);
    if (end < 0) {
      this.items = page.messages;
      this.#next = page.next;
    } else {
      this.items = page.messages.concat(this.items.slice(end + 1));
    }
    this.total = page.total;
    this.loaded = true;
    this.#stale = this.unreachable = false;
    this.error = "";
  }

  #fail(error) {
    if (error instanceof TypeError) { // What fetch throws when nothing answers.
      this.unreachable = !this.loaded;
    } else {
      this.error = error.message;
      this.loaded = true;
      this.items = [];
      this.total = 0;
      this.#next = null;
    }
    this.#changed();
  }
}
