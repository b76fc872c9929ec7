// The keyboard: single keys, g and then a letter, Ctrl-K.

/**
 * `keys` as KeyboardEvent.key has them; `anywhere`: on every page, not in mail only; `listed`: the
 * palette has it, too.
 * @typedef {{keys: string[], title: string, run: () => void, anywhere?: boolean, listed?: boolean}} Command
 */

/** Ms within which the letter has to follow g. */
const PATIENCE = 1500;

/**
 * @param {{commands: Command[], places: () => {key: string, visit: () => void}[],
 *   palette: () => void, mail: () => boolean}} options mail: whether the page is mail
 */
export function bindKeys({ commands, places, palette, mail }) {
  let going = 0; // When g was pressed.

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && key.toLowerCase() === "k") {
      event.preventDefault();
      return palette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const second = Date.now() - going < PATIENCE;
    going = key === "g" ? Date.now() : 0;
    const place = second ? places().find((each) => each.key === key) : undefined;
    const command = place ? { run: place.visit } : find(key, target);
    if (!command) return;
    event.preventDefault();
    command.run();
  });

  /** @returns {Pick<Command, "run"> | undefined} */
  function find(key, target) {
    if (key === "Enter" && target.closest("a, button, summary, input, [tabindex='0']")) return undefined;
    // In these the arrows do something already.
    if (key.startsWith("Arrow") && target.closest(".reader, .page, .nav, [role=separator], [role=tablist]")) return undefined;
    return commands.find((each) => each.keys.includes(key) && (each.anywhere || mail()));
  }
}

/** Ms for the letter after Ctrl or Cmd. */
const COPYING = 1000;

/**
 * A mail's frame runs no script, so keys that are pressed in it are lost: after a click into it the
 * pane around it gets the focus back. With Ctrl or Cmd the frame has it for a moment, so that what
 * is marked in it can be copied. Who comes by the Tab key stays, to scroll and to reach the links.
 * @param {HTMLElement} reader
 */
export function keepFocus(reader) {
  let tabbed = false; // The last thing that happened here was the Tab key.
  let visited = /** @type {HTMLElement | null} */ (null);
  let copying = 0;

  const back = () => {
    const frame = document.activeElement;
    if (frame?.tagName !== "IFRAME" || !reader.contains(frame)) return;
    visited = /** @type {HTMLElement} */ (frame);
    reader.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", ({ key }) => {
    tabbed = key === "Tab";
    if ((key === "Control" || key === "Meta") && visited?.isConnected && document.activeElement === reader) {
      clearTimeout(copying);
      copying = setTimeout(() => {
        copying = 0;
        back();
      }, COPYING);
      visited.focus({ preventScroll: true });
    }
  }, true);
  document.addEventListener("pointerdown", () => {
    tabbed = false;
    visited = null;
  }, true);
  // The browser moves the focus after this event.
  addEventListener("blur", () => setTimeout(() => !tabbed && !copying && back()));
}
