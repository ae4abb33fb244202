/** A path in the address of the page, behind the `#`, where no server sees it and no limit of headers cuts it. */
import type { SimulationPath } from "../../src/simulate/path.ts";

const NAME = "path=";

/** Null if there is none, or it cannot be read. */
export function pathInAddress(): SimulationPath | null {
  const { hash } = globalThis.location;
  if (!hash.startsWith(`#${NAME}`)) return null;
  try {
    const bytes = Uint8Array.from(atob(toPlain(hash.slice(NAME.length + 1))), (one) =>
      one.charCodeAt(0),
    );
    const path: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const { moves } = Object(path) as { moves?: unknown };
    return Array.isArray(moves) ? (path as SimulationPath) : null;
  } catch {
    return null;
  }
}

/** Without a step to go back to: that is what undo is for. */
export function putInAddress(path: SimulationPath): void {
  const { pathname, search } = globalThis.location;
  const isEmpty = path.moves.length === 0 && !("input" in path) && !path.guards;
  history.replaceState(null, "", pathname + search + (isEmpty ? "" : addressOf(path)));
}

function addressOf(path: SimulationPath): string {
  const bytes = new TextEncoder().encode(JSON.stringify(path));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#${NAME}${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

function toPlain(text: string): string {
  return text.replaceAll("-", "+").replaceAll("_", "/");
}
