// The keyboard: j k ↓ ↑ move, Enter opens, / searches, # and Delete delete, Esc leaves.

/**
 * @param {{move: (step: number) => void, search: () => void, remove: () => void,
 *   leave: () => void}} commands
 */
export function bindKeys(commands) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input, textarea, select")) return;
    const reading = target.closest(".reader") !== null; // There the arrows scroll.
    const command = {
      j: () => commands.move(1),
      k: () => commands.move(-1),
      ArrowDown: !reading && (() => commands.move(1)),
      ArrowUp: !reading && (() => commands.move(-1)),
      "/": commands.search,
      "#": commands.remove,
      Delete: commands.remove,
      Escape: commands.leave,
    }[event.key];
    if (!command) return;
    event.preventDefault();
    command();
  });
}
