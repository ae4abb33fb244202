/**
 * What somebody writes, kept until it is sent: a reload, a crash of the page or a wrong click loses nothing. It lives
 * in the tab, and goes with it.
 */
import { useState } from "preact/hooks";

const PREFIX = "sagachart.draft.";

export interface Draft<Value> {
  readonly value: Value;
  readonly set: (value: Value) => void;
  /** Forgets it, once it is sent. */
  readonly clear: () => void;
}

export function useDraft<Value>(name: string, initial: Value): Draft<Value> {
  const key = PREFIX + name;
  const [value, setValue] = useState<Value>(() => (read(key) as Value | undefined) ?? initial);
  return {
    value,
    set: (next) => {
      sessionStorage.setItem(key, JSON.stringify(next));
      setValue(next);
    },
    clear: () => {
      sessionStorage.removeItem(key);
      setValue(initial);
    },
  };
}

function read(key: string): unknown {
  const text = sessionStorage.getItem(key);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
