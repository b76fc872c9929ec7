// How the page looks: light or dark, and how dense. Loaded before the first paint.

import { remember, remembered } from "./state.js";

/** The choices, the first being what holds when nothing was chosen. */
export const LOOKS = {
  theme: { system: "As the system", light: "Light", dark: "Dark" },
  density: { comfortable: "Comfortable", compact: "Compact" },
};

/** @typedef {keyof typeof LOOKS} Look */

/** @param {Look} look */
export const chosen = (look) => {
  const value = remembered(look) ?? "";
  return value in LOOKS[look] ? value : Object.keys(LOOKS[look])[0];
};

/**
 * @param {Look} look
 * @param {string} value
 */
export function choose(look, value) {
  remember(look, value);
  apply();
  dispatchEvent(new CustomEvent("look"));
}

/** `data-theme` is only there when the system is not followed. */
function apply() {
  const { dataset } = document.documentElement;
  const theme = chosen("theme");
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  dataset.density = chosen("density");
}

apply();
