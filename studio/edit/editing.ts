/**
 * What is edited: the steps that were taken, and what the server makes of them. A step is a few operations that
 * belong together; undo is one step less. The steps are kept in the browser until they are written, so a page that is
 * loaded anew loses nothing.
 */
import { signal } from "@preact/signals";
import type { DraftTypes } from "../../src/draft/drafts.ts";
import type { OperationInput } from "../../src/edit/operation.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { ask, at, messageOf } from "../api/request.ts";
import type { Selection } from "../chart/overlay.ts";

export type Step = readonly OperationInput[];

/** What is selected after a step, by the draft that came of it. */
export type Then = (draft: DraftAnswer) => Selection | null;

/** After the last edit, before the compiler is asked. */
const TYPES_QUIET_MS = 600;

const STORED = "sagachart.draft.";

export class Editing {
  readonly saga: string;
  readonly steps = signal<readonly Step[]>([]);
  readonly undone = signal<readonly Step[]>([]);
  readonly draft = signal<DraftAnswer | null>(null);
  readonly drawn = signal<DrawnChart | null>(null);
  readonly selection = signal<Selection | null>(null);
  readonly isBusy = signal(false);
  /** What the project's own TypeScript says of the draft; null: it has not said it yet. */
  readonly types = signal<DraftTypes | null>(null);
  /** Why there is no draft at all. */
  readonly failure = signal<unknown>(null);
  /** Why the last step was not taken; it goes with the next. */
  readonly refusal = signal<string | null>(null);
  /** Somebody else has changed the file since the steps were begun. */
  readonly news = signal<string | null>(null);
  #folded: ReadonlySet<string> | null = null;
  #direction: "DOWN" | "RIGHT" = "DOWN";
  #typed = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(saga: string) {
    this.saga = saga;
  }

  /** After the server was away. */
  async wake(): Promise<void> {
    if (this.draft.value !== null) await this.reload();
    else if (this.failure.value !== null) await this.open();
  }

  /** The draft of the steps that were kept, or of none if they fit the file no more. */
  async open(): Promise<void> {
    const kept = readSteps(this.saga);
    this.failure.value = null;
    try {
      await this.#show(kept, null);
      this.steps.value = kept;
    } catch (error) {
      if (kept.length === 0) this.failure.value = error;
      else await this.#openWithout(error);
    }
  }

  async #openWithout(why: unknown): Promise<void> {
    try {
      await this.#show([], null);
      this.news.value = `The edits that were kept do not fit the file any more: ${messageOf(why)}`;
      this.#keep([]);
    } catch (error) {
      this.failure.value = error;
    }
  }

  /** Takes a step; one that is refused changes nothing, and the reason is shown. */
  do(step: Step, then: Then | null = null): Promise<boolean> {
    return this.#inTurn(async () => {
      const steps = [...this.steps.value, step];
      await this.#show(steps, then);
      this.#keep(steps);
      this.undone.value = [];
    });
  }

  undo(): Promise<boolean> {
    return this.#inTurn(async () => {
      const last = this.steps.value.at(-1);
      if (last === undefined) return;
      const steps = this.steps.value.slice(0, -1);
      await this.#show(steps, null);
      this.#keep(steps);
      this.undone.value = [...this.undone.value, last];
    });
  }

  redo(): Promise<boolean> {
    return this.#inTurn(async () => {
      const next = this.undone.value.at(-1);
      if (next === undefined) return;
      const steps = [...this.steps.value, next];
      await this.#show(steps, null);
      this.#keep(steps);
      this.undone.value = this.undone.value.slice(0, -1);
    });
  }

  /** Applies the steps to the file as it is now. */
  reload(): Promise<boolean> {
    const before = this.draft.value?.sha;
    return this.#inTurn(async () => {
      await this.#show(this.steps.value, null);
      if (this.draft.value?.sha === before || this.steps.value.length === 0) return;
      this.news.value =
        "The file was changed on disk. Your edits were applied to it as it is now; look at the difference again.";
    });
  }

  /** Gives the steps up. */
  discard(): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#show([], null);
      this.#keep([]);
      this.undone.value = [];
      this.news.value = null;
    });
  }

  /** Writes the file; rejects if the server refuses. */
  async save(): Promise<void> {
    const sha = this.draft.value?.sha ?? "";
    await ask(at`/studio/api/drafts/${this.saga}`, {
      method: "PUT",
      body: { operations: this.steps.value.flat() },
      headers: { "if-match": `"${sha}"` },
    });
    this.#keep([]);
    this.undone.value = [];
    this.news.value = null;
    await this.#inTurn(() => this.#show([], null));
  }

  fold(id: string): void {
    const folded = new Set(this.drawn.value?.folded);
    if (!folded.delete(id)) folded.add(id);
    this.setFolded(folded);
  }

  setFolded(folded: ReadonlySet<string>): void {
    this.#folded = folded;
    void this.#inTurn(() => this.#draw());
  }

  turn(): void {
    this.#direction = this.#direction === "DOWN" ? "RIGHT" : "DOWN";
    void this.#inTurn(() => this.#draw());
  }

  /** One thing after the other, so that a step is taken on what is shown. */
  #inTurn(action: () => Promise<void>): Promise<boolean> {
    const turn = this.#last.then(async () => {
      this.isBusy.value = true;
      this.refusal.value = null;
      try {
        await action();
        return true;
      } catch (error) {
        this.refusal.value = messageOf(error);
        return false;
      } finally {
        this.isBusy.value = false;
      }
    });
    this.#last = turn;
    return turn;
  }

  async #show(steps: readonly Step[], then: Then | null): Promise<void> {
    const draft = await ask<DraftAnswer>(at`/studio/api/drafts/${this.saga}`, {
      method: "POST",
      body: { operations: steps.flat() },
    });
    await this.#draw(draft);
    if (draft.text !== this.draft.value?.text) this.#askTypes(steps);
    this.draft.value = draft;
    if (then !== null) this.selection.value = then(draft);
    else if (!isIn(draft, this.selection.value)) this.selection.value = null;
  }

  /** Beside all else: a compiler takes its time. What is edited meanwhile is asked for anew. */
  #askTypes(steps: readonly Step[]): void {
    this.#typed += 1;
    const mine = this.#typed;
    this.types.value = null;
    const path = at`/studio/api/drafts/${this.saga}/types`;
    setTimeout(() => {
      if (mine !== this.#typed) return;
      ask<DraftTypes>(path, { method: "POST", body: { operations: steps.flat() } }).then(
        (types) => mine === this.#typed && (this.types.value = types),
        (error: unknown) => {
          const none = { version: null, reason: messageOf(error), faults: [] };
          if (mine === this.#typed) this.types.value = none;
        },
      );
    }, TYPES_QUIET_MS);
  }

  async #draw(draft: DraftAnswer | null = this.draft.value): Promise<void> {
    if (draft === null) return;
    const known = new Set(draft.model.states.map(({ id }) => id));
    const folded =
      this.#folded === null ? undefined : [...this.#folded].filter((id) => known.has(id));
    const body = {
      model: draft.model,
      direction: this.#direction,
      ...(folded !== undefined && { folded }),
    };
    const drawn = await ask<DrawnChart>("/studio/api/layouts", { method: "POST", body });
    this.#folded = new Set(drawn.folded);
    this.drawn.value = drawn;
  }

  #keep(steps: readonly Step[]): void {
    this.steps.value = steps;
    if (steps.length === 0) localStorage.removeItem(STORED + this.saga);
    else localStorage.setItem(STORED + this.saga, JSON.stringify(steps));
  }
}

function readSteps(saga: string): readonly Step[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORED + saga) ?? "[]");
    return Array.isArray(kept) ? (kept as readonly Step[]) : [];
  } catch {
    return [];
  }
}

function isIn({ model }: DraftAnswer, selection: Selection | null): boolean {
  if (selection === null) return true;
  const items: readonly { readonly id: string }[] =
    selection.kind === "state" ? model.states : model.edges;
  return items.some(({ id }) => id === selection.id);
}

/** Selects the state at a path. */
export function stateAt(path: readonly string[]): Then {
  return ({ model }) => {
    const found = model.states.find((state) => state.path.join("\0") === path.join("\0"));
    return found === undefined ? null : { kind: "state", id: found.id };
  };
}
