/** What the server and the process that loads drafts say to each other. */
import type { ChartModel } from "../draw/model.ts";
import type { MachineFacts } from "../edit/facts.ts";
import type { Finding } from "../saga/finding.ts";

export interface DraftRequest {
  readonly id: number;
  /** `check` looks at everything that can happen, within a limit; `types` at what TypeScript says. */
  readonly kind: "load" | "check" | "types";
  readonly text: string;
  /** The file whose place the text takes. */
  readonly file: string;
  /** The folder of the saga. */
  readonly folder: string;
  readonly saga: string;
}

/** What keeps the saga from being registered with the draft. */
export interface SagaFindings {
  /** Why what stands around the chart does not load with it; null: it does. */
  readonly problem: string | null;
  readonly findings: readonly Finding[];
}

export interface LoadAnswer {
  readonly model: ChartModel;
  readonly facts: MachineFacts;
  readonly findings: SagaFindings;
}

export interface CheckAnswer {
  /** Null: it could not be checked. */
  readonly isOk: boolean | null;
  readonly lines: readonly string[];
}

/** What the project's own TypeScript says of the files of the saga, with the draft among them. */
export interface TypesAnswer {
  /** Of the TypeScript that looked; null: none did. */
  readonly version: string | null;
  /** Why none looked; null: one did. */
  readonly reason: string | null;
  readonly faults: readonly TypeFault[];
}

export interface TypeFault {
  /** Of the file in the folder of the saga, such as `activities.ts`. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Offset in the text. */
  readonly start: number;
  readonly message: string;
}

export type DraftReply =
  /** It can be asked. */
  | { readonly isReady: true }
  | { readonly id: number; readonly value: LoadAnswer | CheckAnswer | TypesAnswer }
  | { readonly id: number; readonly error: string };
