// The pages beside mail, in the order of the navigation.

import { account } from "./pages/account.js";
import { contacts } from "./pages/contacts.js";
import { dashboard } from "./pages/dashboard.js";
import { identities } from "./pages/identities.js";
import { receiving } from "./pages/receiving.js";
import { rules } from "./pages/rules.js";
import { sets } from "./pages/sets.js";
import { suppression } from "./pages/suppression.js";
import { templates } from "./pages/templates.js";
import { setup } from "./setup.js";

/**
 * `account` and `region` are "" for the emulator's default; `signal` is aborted when the page closes.
 * @typedef {{account: string, region: string, signal: AbortSignal}} Context
 */

/**
 * `name` stands in the URL as `view`; `key` is the letter after g. `open` builds into `root` and is
 * called anew when account, region or view change; `follow` is called when `name` or `part` of the
 * URL changed meanwhile, `event` when the stream told something.
 * @typedef {{name: string, title: string, icon: string,
 *   group: "Mail" | "SES" | "Simulate" | "Emulator", key: string,
 *   open: (root: HTMLElement, context: Context) => void | Promise<void>, follow?: () => void,
 *   event?: (type: "message" | "event" | "deleted" | "reset", data: any) => void,
 *   close?: () => void}} Page
 */

/** @type {Page[]} */
export const PAGES = [
  dashboard,
  identities,
  sets,
  templates,
  suppression,
  contacts,
  receiving,
  account,
  rules,
  setup,
];
