/**
 * Stately's own reader of machines, the engine of its editor extension. It is written for XState 4, which it
 * finds here under another name, beside ours.
 */
import Module, { createRequire } from "node:module";

export interface StatelyMachine {
  toConfig(): StatelyState;
  modify(edits: readonly object[]): {
    readonly configEdit?: {
      readonly newText: string;
      readonly range: readonly [{ readonly index: number }, { readonly index: number }];
    };
  };
}

export interface StatelyState {
  readonly states?: Readonly<Record<string, StatelyState>>;
}

interface Reader {
  extractMachinesFromFile(text: string): { readonly machines: readonly StatelyMachine[] } | null;
}

type Resolve = (request: string, ...rest: readonly unknown[]) => string;

/** The machine that it finds in a text. */
export function readByStately(text: string): StatelyMachine {
  const [machine] = reader.extractMachinesFromFile(text)?.machines ?? [];
  if (machine === undefined) throw new Error("Stately's reader finds no machine");
  return machine;
}

const reader = loadReader();

function loadReader(): Reader {
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const resolve = loader["_resolveFilename"];
  loader["_resolveFilename"] = (request, ...rest) =>
    resolve.call(Module, request.replace(/^xstate\/lib\//, "xstate-4/lib/"), ...rest);
  try {
    return createRequire(import.meta.url)("@xstate/machine-extractor") as Reader;
  } finally {
    loader["_resolveFilename"] = resolve;
  }
}
