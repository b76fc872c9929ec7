// What changed between two texts, line by line.

/** @typedef {{kind: "same" | "added" | "removed", lines: string[]}} Run */

/** More changes than this are shown as one block that was replaced. */
const MOST_CHANGES = 1000;

/**
 * The shortest way from one list of lines to another (Myers, "An O(ND) Difference Algorithm").
 * @param {string[]} before
 * @param {string[]} after
 * @returns {Run[]} runs of equal kind, in order
 */
export function diff(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start
    && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  /** @type {Run[]} */
  const runs = [];
  const add = (kind, lines) => {
    if (lines.length === 0) return;
    if (runs.at(-1)?.kind === kind) runs.at(-1)?.lines.push(...lines);
    else runs.push({ kind, lines: [...lines] });
  };
  add("same", before.slice(0, start));
  for (const [kind, line] of steps(a, b)) add(kind, [line]);
  add("same", before.slice(before.length - end));
  return runs;
}

/** The steps between lists that differ at both ends. */
function steps(a, b) {
  const furthest = new Map([[1, 0]]);
  const trace = [];
  for (let changes = 0; changes <= Math.min(a.length + b.length, MOST_CHANGES); changes++) {
    trace.push(new Map(furthest));
    for (let k = -changes; k <= changes; k += 2) {
      let x = down(furthest, k, changes) ? furthest.get(k + 1) : furthest.get(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return backwards(a, b, trace);
    }
  }
  return [...a.map((line) => ["removed", line]), ...b.map((line) => ["added", line])];
}

/** Whether the way to diagonal `k` comes from above: a line was added. */
const down = (furthest, k, changes) => k === -changes
  || (k !== changes && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));

function backwards(a, b, trace) {
  const found = [];
  let x = a.length;
  let y = b.length;
  for (let changes = trace.length - 1; changes >= 0; changes--) {
    const k = x - y;
    const added = down(trace[changes], k, changes);
    const fromK = added ? k + 1 : k - 1;
    const fromX = trace[changes].get(fromK) ?? 0;
    while (x > fromX + (added ? 0 : 1) && y > fromX - fromK + (added ? 1 : 0) && changes > 0
      || (changes === 0 && x > 0 && y > 0)) {
      found.push(["same", a[--x]]);
      y--;
    }
    if (changes === 0) break;
    if (added) found.push(["added", b[--y]]);
    else found.push(["removed", a[--x]]);
  }
  return found.reverse();
}
