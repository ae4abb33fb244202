/** What the workshop can be asked for. All of it is plain data: it crosses a thread. */
import type { JournalEntry } from "../store/store.ts";

/** An instance's whole journal, its events encoded. */
export interface JournalOfInstance {
  readonly instanceId: string;
  readonly entries: readonly JournalEntry[];
}

export type WorkshopRequest =
  /** All steps of a path, and of an act behind it; both as they came from outside. */
  | {
      readonly kind: "simulate";
      readonly saga: string;
      readonly path: unknown;
      readonly act: unknown;
    }
  /** The path as a test. */
  | { readonly kind: "test"; readonly saga: string; readonly path: unknown }
  /** What of the chart its path tests go through. */
  | { readonly kind: "paths"; readonly saga: string }
  /** What of the chart these instances went through. */
  | {
      readonly kind: "journals";
      readonly saga: string;
      readonly instances: readonly JournalOfInstance[];
    }
  /** What the checker finds, with its witnesses. */
  | { readonly kind: "check"; readonly saga: string }
  /** The chart as it is in the file now. */
  | { readonly kind: "chart"; readonly saga: string };

export type WorkshopAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** What the thread is started with. */
export interface WorkshopData {
  /** Path of the program. */
  readonly program: string;
  readonly machinesPath: string;
}
