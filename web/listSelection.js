// Which messages are selected: some by id, or all that the search finds.

export class Selection {
  /** All that match the search, loaded or not. */
  all = false;
  #ids = new Set();
  #mailbox;
  #changed;
  #last = ""; // The id from which a range begins.

  /**
   * @param {import("./mailbox.js").Mailbox} mailbox
   * @param {() => void} changed is called after each change
   */
  constructor(mailbox, changed) {
    this.#mailbox = mailbox;
    this.#changed = changed;
  }

  /** How many are selected. */
  get size() {
    return this.all ? this.#mailbox.total : this.#ids.size;
  }

  get ids() {
    return [...this.#ids];
  }

  /** @param {string} id */
  has = (id) => this.all || this.#ids.has(id);

  /**
   * Select or release a message; or, as a range, all from the last one to it.
   * @param {string} id
   * @param {boolean} [range]
   */
  async toggle(id, range = false) {
    const select = !this.has(id);
    const box = this.#mailbox;
    const [from, to] = [box.indexOf(this.#last), box.indexOf(id)];
    if (this.all) {
      this.all = false; // What is in memory stays selected, without this one.
      this.#ids = new Set(await box.ids(0, Math.min(box.total, 1000) - 1));
    }
    const ids = range && from >= 0 && to >= 0 ? await box.ids(from, to) : [id];
    for (const each of ids) {
      if (select) this.#ids.add(each);
      else this.#ids.delete(each);
    }
    this.#last = id;
    this.#changed();
  }

  /** Select all that match the search. */
  everything() {
    this.all = true;
    this.#ids.clear();
    this.#changed();
  }

  /** @param {string[] | null} ids what does not exist any more, or null for all */
  forget(ids) {
    if (!ids) return this.clear();
    for (const id of ids) this.#ids.delete(id);
    this.#changed();
  }

  clear() {
    if (this.size === 0 && !this.all) return;
    this.all = false;
    this.#ids.clear();
    this.#last = "";
    this.#changed();
  }
}
