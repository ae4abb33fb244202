/**
 * Drafts: what operations make of a chart on disk. A draft is not kept; it is made anew of the file and the
 * operations whenever it is asked for, so what is shown is what would be written, and undo is one operation less.
 */
import { structuredPatch } from "diff";
import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import type { ChartModel } from "../draw/model.ts";
import { applyOperation } from "../edit/apply.ts";
import { differences } from "../edit/differences.ts";
import { expectAfter } from "../edit/expect.ts";
import type { MachineFacts } from "../edit/facts.ts";
import type { Operation } from "../edit/operation.ts";
import { itemAt, outlineOf } from "../edit/outline.ts";
import type { ChartOutline } from "../edit/outline.ts";
import { openChart } from "../edit/source.ts";
import type { ChartSource } from "../edit/source.ts";
import { renamesOf } from "../edit/renames.ts";
import type { Rename } from "../edit/renames.ts";
import { operationText } from "../edit/words.ts";
import { SagaError } from "../errors.ts";
import { findChart, readChart, shaOf, writeChart } from "./chart-files.ts";
import type { ChartFile, ChartText } from "./chart-files.ts";
import type {
  CheckAnswer,
  LoadAnswer,
  SagaFindings,
  TypeFault,
  TypesAnswer,
} from "./draft-message.ts";
import { DraftProcess } from "./draft-process.ts";

/** A run of lines that differ, with some around them. */
export interface DiffHunk {
  /** Counts from 1. */
  readonly oldStart: number;
  readonly newStart: number;
  /** Each begins with a space, `-` or `+`. */
  readonly lines: readonly string[];
}

export interface Draft {
  readonly saga: string;
  readonly file: string;
  /** Of the file that it is made of. */
  readonly sha: string;
  readonly text: string;
  readonly words: readonly { readonly text: string; readonly notes: readonly string[] }[];
  readonly diff: readonly DiffHunk[];
  readonly patch: string;
  readonly renames: readonly Rename[];
  /** What XState makes of it; the drawing is of this. */
  readonly model: ChartModel;
  readonly outline: ChartOutline;
  /** Where that is not what the operations say; nothing may be written then. */
  readonly differences: readonly string[];
  readonly registration: SagaFindings;
}

/** What the types of a draft say, at the states and edges where they say it. */
export interface DraftTypes extends Omit<TypesAnswer, "faults"> {
  readonly faults: readonly (TypeFault & {
    /** Id of the state or the edge in the drawing; null: it is elsewhere. */
    readonly item: string | null;
  })[];
}

/** Operations that were made of a file, and what the machine is to be by them. */
interface Made {
  readonly source: ChartSource;
  /** What came along with the last of them. */
  readonly notes: readonly string[];
  readonly facts: MachineFacts;
}

/** Steps that are remembered, so that one more operation costs one operation. */
const MADE_MAX = 300;
const LOADED_MAX = 50;

export class Drafts {
  readonly #machinesPath: string;
  readonly #process: DraftProcess;
  readonly #compiler: DraftProcess;
  readonly #made = new LRUCache<string, Made>({ max: MADE_MAX });
  readonly #loaded = new LRUCache<string, Promise<LoadAnswer>>({ max: LOADED_MAX });

  constructor(machinesPath: string, clock: Clock) {
    this.#machinesPath = machinesPath;
    this.#process = new DraftProcess(clock);
    this.#compiler = new DraftProcess(clock, { program: "type-program" });
  }

  /**
   * What the operations make of the file as it is now.
   *
   * @throws {SagaError} SAGA_SOURCE_NOT_FOUND, SAGA_SOURCE_INVALID, SAGA_EDIT_REFUSED with the place of the
   * operation in `at`, SAGA_DRAFT_INVALID if XState does not take what comes of it.
   */
  async draft(saga: string, operations: readonly Operation[]): Promise<Draft> {
    const file = await findChart(this.#machinesPath, saga);
    return this.#draft(file, await readChart(file), operations);
  }

  /** Looks at everything that can happen to the saga with the draft, within a limit. */
  async check(saga: string, operations: readonly Operation[]): Promise<CheckAnswer> {
    const file = await findChart(this.#machinesPath, saga);
    const { source } = await this.#make(file, await readChart(file), operations).then(lastOf);
    return this.#process.check(askedOf(file, source.text));
  }

  /** What the project's own TypeScript says of the draft, if there is one. */
  async types(saga: string, operations: readonly Operation[]): Promise<DraftTypes> {
    const file = await findChart(this.#machinesPath, saga);
    const { source } = await this.#make(file, await readChart(file), operations).then(lastOf);
    const answer = await this.#compiler.types(askedOf(file, source.text));
    const faults = answer.faults.map((fault) => ({
      ...fault,
      item: fault.file === "chart.ts" ? itemAt(outlineOf(source), fault.start) : null,
    }));
    return { ...answer, faults };
  }

  /**
   * Writes the draft, if the file is still the one of this hash.
   *
   * @throws {SagaError} as `draft`; SAGA_SOURCE_CHANGED, SAGA_SOURCE_NOT_WRITTEN.
   */
  async save(saga: string, operations: readonly Operation[], sha: string): Promise<ChartText> {
    const file = await findChart(this.#machinesPath, saga);
    const base = await readChart(file);
    if (base.sha !== sha) {
      throw new SagaError(
        "SAGA_SOURCE_CHANGED",
        `${file.shownPath} was changed on disk meanwhile`,
        {
          details: { sha: base.sha },
        },
      );
    }
    const draft = await this.#draft(file, base, operations);
    const [difference] = draft.differences;
    if (difference !== undefined) {
      throw new SagaError(
        "SAGA_DRAFT_INVALID",
        `the machine would not be what the edits say: ${difference}`,
        { details: { differences: draft.differences } },
      );
    }
    return writeChart(file, draft.text, sha);
  }

  close(): void {
    this.#process.close();
    this.#compiler.close();
  }

  async #draft(file: ChartFile, base: ChartText, operations: readonly Operation[]): Promise<Draft> {
    const steps = await this.#make(file, base, operations);
    const { source, facts } = lastOf(steps);
    const loaded = await this.#load(file, source.text);
    const { hunks } = structuredPatch(
      file.shownPath,
      file.shownPath,
      base.text,
      source.text,
      "",
      "",
      {
        context: 3,
      },
    );
    return {
      saga: file.saga,
      file: file.shownPath,
      sha: base.sha,
      text: source.text,
      words: operations.map((operation, at) => ({
        text: operationText(operation),
        notes: steps[at + 1]?.notes ?? [],
      })),
      diff: hunks.map(({ oldStart, newStart, lines }) => ({ oldStart, newStart, lines })),
      patch: patchOf(file, hunks),
      renames: renamesOf(operations),
      model: loaded.model,
      outline: outlineOf(source),
      differences: differences(facts, loaded.facts),
      registration: loaded.findings,
    };
  }

  /** The file and what each operation makes of it. */
  async #make(
    file: ChartFile,
    base: ChartText,
    operations: readonly Operation[],
  ): Promise<readonly Made[]> {
    const steps: Made[] = [await this.#open(file, base)];
    let key = `${file.path} ${base.sha}`;
    for (const [at, operation] of operations.entries()) {
      key = shaOf(`${key} ${JSON.stringify(operation)}`);
      const made = this.#made.get(key) ?? applied(lastOf(steps), operation, at);
      this.#made.set(key, made);
      steps.push(made);
    }
    return steps;
  }

  async #open(file: ChartFile, { text, sha }: ChartText): Promise<Made> {
    const key = `${file.path} ${sha}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const { facts } = await this.#load(file, text);
    const made: Made = { source: openChart(text, facts.root.id ?? undefined), notes: [], facts };
    this.#made.set(key, made);
    return made;
  }

  #load(file: ChartFile, text: string): Promise<LoadAnswer> {
    const key = shaOf(`${file.path} ${text}`);
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loading = this.#process.load(askedOf(file, text));
    this.#loaded.set(key, loading);
    // What stands around the chart may be mended meanwhile.
    loading.then(
      ({ findings }) => findings.problem !== null && this.#loaded.delete(key),
      () => this.#loaded.delete(key),
    );
    return loading;
  }
}

function applied({ source, facts }: Made, operation: Operation, at: number): Made {
  try {
    const { source: after, notes } = applyOperation(source, operation);
    return { source: after, notes, facts: expectAfter(facts, operation) };
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
    const { code, message, details } = error;
    throw new SagaError(code, message, { cause: error, details: { ...details, at } });
  }
}

function lastOf(steps: readonly Made[]): Made {
  const last = steps.at(-1);
  if (last === undefined) throw new Error("a draft has at least its file");
  return last;
}

function askedOf(
  { path, folder, saga }: ChartFile,
  text: string,
): {
  text: string;
  file: string;
  folder: string;
  saga: string;
} {
  return { text, file: path, folder, saga };
}

/** As `git apply` takes it. */
function patchOf(
  { shownPath }: ChartFile,
  hunks: readonly {
    oldStart: number;
    oldLines: number;
    newStart: number;
    newLines: number;
    lines: readonly string[];
  }[],
): string {
  if (hunks.length === 0) return "";
  const parts = hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) =>
    [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines].join("\n"),
  );
  return `--- a/${shownPath}\n+++ b/${shownPath}\n${parts.join("\n")}\n`;
}
