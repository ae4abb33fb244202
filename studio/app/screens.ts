/**
 * The screens by their paths; each is loaded when somebody goes there. A new screen is a file that exports
 * `Screen`, and one line here.
 */
import type { FunctionComponent } from "preact";

/** Values of the parts of the path that begin with a colon. */
export type Params = Readonly<Record<string, string>>;

export interface ScreenProps {
  readonly params: Params;
}

export interface ScreenEntry {
  readonly path: string;
  /** For the title of the page. */
  readonly title: string;
  /** As a tab beside the others of a saga; left out: it is none. */
  readonly tab?: string;
  readonly load: () => Promise<{ readonly Screen: FunctionComponent<ScreenProps> }>;
}

export const screens: readonly ScreenEntry[] = [
  { path: "/", title: "Sagas", load: () => import("../screens/sagas.tsx") },
  { path: "/m/:saga", title: "Live", tab: "Live", load: () => import("../screens/live.tsx") },
  {
    path: "/m/:saga/edit",
    title: "Edit",
    tab: "Edit",
    load: () => import("../screens/edit.tsx"),
  },
  {
    path: "/m/:saga/simulate",
    title: "Simulate",
    tab: "Simulate",
    load: () => import("../screens/simulate.tsx"),
  },
  {
    path: "/m/:saga/compare",
    title: "Compare",
    tab: "Compare",
    load: () => import("../screens/compare.tsx"),
  },
  { path: "/new", title: "New saga", load: () => import("../screens/create.tsx") },
  { path: "/import", title: "Import", load: () => import("../screens/import.tsx") },
  { path: "/i/:saga/:id", title: "Instance", load: () => import("../screens/instance.tsx") },
];

export interface Found {
  readonly entry: ScreenEntry;
  readonly params: Params;
}

/** The screen at a path; null if there is none. */
export function screenAt(path: string): Found | null {
  for (const entry of screens) {
    const params = match(entry.path, path);
    if (params !== null) return { entry, params };
  }
  return null;
}

function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part.startsWith(":") && value !== "") params[part.slice(1)] = decoded(value);
    else if (part !== value) return null;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
