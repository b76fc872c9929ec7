// The data of templates: found in a call, and completed by what is missing.

/**
 * What a call gave the template of a message; null if it gave nothing.
 * @param {any} call
 * @param {import("../api.js").Summary} message
 */
export function dataOf({ parameters }, message) {
  const { Content, DefaultContent, BulkEmailEntries, DefaultTemplateData, Destinations, TemplateData } = parameters;
  if (BulkEmailEntries || Destinations) {
    const entry = (BulkEmailEntries ?? Destinations).find((each) => isFor(each.Destination, message));
    const own = entry?.ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData ?? entry?.ReplacementTemplateData;
    return { ...read(DefaultContent?.Template?.TemplateData ?? DefaultTemplateData), ...read(own) };
  }
  return read(Content?.Template?.TemplateData ?? TemplateData);
}

const isFor = (destination, message) => {
  const given = Object.values(destination ?? {}).flat();
  return message.envelope.rcpt_to.every((address) => given.some((each) => each.includes(address)));
};

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The data with a value for each name ("user.name") that it does not have.
 * @param {object} data
 * @param {string[]} names
 */
export function withNames(data, names) {
  const whole = structuredClone(data);
  for (const name of names) {
    const path = name.replace(/^this[./]/, "").split(/[./]/).map((part) => part.replace(/^\[|\]$/g, ""));
    if (path.some((part) => !part || part.startsWith("@"))) continue;
    let at = whole;
    for (const part of path.slice(0, -1)) at = at[part] = at[part] !== null && typeof at[part] === "object" ? at[part] : {};
    at[path.at(-1)] ??= path.at(-1);
  }
  return whole;
}
