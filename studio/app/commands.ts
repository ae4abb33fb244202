/**
 * Commands: all that can be done on the page, by name and by key. A screen adds its own while it is shown; the
 * palette (Ctrl+K) lists them, the help (?) tells their keys.
 */
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

export interface Command {
  readonly name: string;
  /** Where it belongs in the help, such as `Chart`. */
  readonly group: string;
  /** As `KeyboardEvent.key` has it, with `Ctrl+` before it where it is held; several may do the same. */
  readonly keys?: readonly string[];
  /** Left out: the key is dealt with elsewhere, and only told here. */
  readonly run?: () => void;
}

/** In the order in which they were added; later ones win. */
const added = signal<readonly (readonly Command[])[]>([]);

export function allCommands(): readonly Command[] {
  return added.value.flat();
}

/** Adds commands while the component is shown; `commands` must be the same as long as nothing changes. */
export function useCommands(commands: readonly Command[]): void {
  useLayoutEffect(() => {
    added.value = [...added.peek(), commands];
    return () => {
      added.value = added.peek().filter((one) => one !== commands);
    };
  }, [commands]);
}

/** Runs the command of a key, unless somebody writes. */
export function runKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  const isHeld = event.ctrlKey || event.metaKey;
  if (!isHeld && isWriting(event.target)) return;
  // A dialog has the keys to itself.
  if (document.querySelector("dialog[open]") !== null) return;
  const key = (isHeld ? "Ctrl+" : "") + event.key;
  const found = allCommands().findLast((command) => command.run && command.keys?.includes(key));
  if (found === undefined) return;
  event.preventDefault();
  found.run?.();
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
