// The server-sent events, kept open: a browser gives up after some failures, this does not.

import { streamUrl } from "./api.js";

const RETRY = 2000;

/**
 * @typedef {{message: (message: any) => void, event: (event: import("./api.js").MailEvent) => void,
 *   deleted: (ids: string[] | null) => void, reset: () => void,
 *   state: (state: "connected" | "reconnecting") => void}} Handlers
 */

/**
 * Listen until the page goes. A hidden page lets go of its connection, because a browser has
 * only six to a server and each open tab would hold one.
 * @param {Handlers} handlers
 * @param {() => boolean} keep whether it is kept all the same
 */
export function listen(handlers, keep) {
  /** @type {EventSource | null} */
  let source = null;
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    source = new EventSource(streamUrl);
    const on = (name, handle) =>
      source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    on("message", handlers.message);
    on("event", handlers.event);
    on("deleted", (data) => handlers.deleted(data.ids));
    on("reset", () => handlers.reset());
    source.addEventListener("open", () => handlers.state("connected"));
    source.addEventListener("error", () => {
      handlers.state("reconnecting");
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY);
    });
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      if (!source) open();
    } else if (!keep()) close();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  if (!document.hidden) open();
}
