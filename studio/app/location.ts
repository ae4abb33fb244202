/** Where the app is: the path below `/studio`, and what stands behind its `?`. Links and the browser's back move it. */
import { signal } from "@preact/signals";

const BASE = "/studio";

export interface Place {
  /** Begins with `/`; without the base. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export const place = signal<Place>(read());

addEventListener("popstate", () => (place.value = read()));

function read(): Place {
  const { pathname, search } = globalThis.location;
  return { path: pathname.slice(BASE.length) || "/", query: new URLSearchParams(search) };
}

/** Goes to a path below the base, such as `/m/order`; `replace` leaves no step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  const url = BASE + to;
  if (url === globalThis.location.pathname + globalThis.location.search) return;
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  place.value = read();
}

/** Changes what stands behind the `?`, and leaves no step to go back to; null takes a parameter away. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(place.value.path + (text === "" ? "" : `?${text}`), { replace: true });
}

/** The address of a path of the app, for `href`. */
export function href(to: string): string {
  return BASE + to;
}

/** Follows links of the app without loading the page; all others are the browser's. */
export function followLinks(event: MouseEvent): void {
  const isHeld = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (event.defaultPrevented || event.button !== 0 || isHeld) return;
  const link = (event.target as Element).closest("a");
  const url = link === null ? null : ownUrl(link);
  if (url === null) return;
  event.preventDefault();
  go(url.pathname.slice(BASE.length) + url.search);
}

/** Where a link leads in the app; null if it leads elsewhere. */
function ownUrl(link: HTMLAnchorElement): URL | null {
  const url = new URL(link.href);
  const isOwn = url.origin === globalThis.location.origin && url.pathname.startsWith(`${BASE}/`);
  return isOwn && link.target === "" && !link.hasAttribute("download") ? url : null;
}

/** The paths of the screens. */
export const paths = {
  sagas: () => "/",
  import: () => "/import",
  create: () => "/new",
  saga: (saga: string) => `/m/${encodeURIComponent(saga)}`,
  instance: (saga: string, id: string) =>
    `/i/${encodeURIComponent(saga)}/${encodeURIComponent(id)}`,
} as const;
