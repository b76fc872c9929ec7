// The search language: operators for the API's filters, everything else goes to `q`.

/** The API's parameter for each operator. */
const PARAMETERS = new Map(Object.entries({
  to: "to",
  from: "from",
  subject: "subject",
  tag: "tag",
  set: "configuration_set",
  status: "status",
}));

// An optional word and colon, then a quoted phrase (its end may not be typed yet) or a word.
const TOKEN = /(?:([a-z]+):)?(?:"([^"]*)(?:"|$)|(\S+))/gi;

/**
 * @param {string} text what is in the search box
 * @returns {Record<string, string>} parameters for the API
 * @throws {Error} with a line for the reader
 */
export function parseSearch(text) {
  /** @type {Record<string, string>} */
  const filters = {};
  const words = [];
  for (const [whole, operator, phrase, word] of text.matchAll(TOKEN)) {
    const name = operator?.toLowerCase();
    const parameter = PARAMETERS.get(name);
    const value = (phrase ?? word).trim();
    if (value.endsWith(":") && PARAMETERS.has(value.slice(0, -1).toLowerCase())) continue;
    if (!value) continue; // Both: the rest is still to be typed.
    if (!parameter) {
      words.push(phrase === undefined || whole.endsWith('"') ? whole : `${whole}"`);
    } else if (parameter in filters) {
      throw new Error(`${name}: can be used once in a search`);
    } else {
      filters[parameter] = value;
    }
  }
  if (words.length) filters.q = words.join(" ");
  return filters;
}
