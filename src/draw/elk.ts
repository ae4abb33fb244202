/** ELK in the thread that asks for it. It is large, so it is loaded at the first drawing. */
import type { LayoutEngine } from "./level.ts";

let loading: Promise<LayoutEngine> | null = null;

export function loadElk(): Promise<LayoutEngine> {
  loading ??= import("elkjs/lib/elk.bundled.js").then(({ default: { default: Elk } }) => new Elk());
  return loading;
}
