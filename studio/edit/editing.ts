/**
 * What is edited: the steps that were taken, and what the server makes of them. Undo is one step less. Every change is
 * made to the draft that the browser keeps, so a page that is loaded anew has all of it, and so has another tab.
 */
import { computed, signal } from "@preact/signals";
import type { DraftTypes } from "../../src/draft/drafts.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { ask, at, messageOf } from "../api/request.ts";
import type { Selection } from "../chart/overlay.ts";
import { fittingOf, setAside, without } from "./fitting.ts";
import { noEdits, readKept, replaceKept } from "./kept-draft.ts";
import type { Edits, KeptDraft, Step } from "./kept-draft.ts";

/** What is selected after a step, by the draft that came of it. */
export type Then = (draft: DraftAnswer) => Selection | null;

/** After the last edit, before the compiler is asked. */
const TYPES_QUIET_MS = 600;

const SHARED =
  "This chart is edited in another tab too. It is one draft: what is edited in either is in both.";

export class Editing {
  readonly saga: string;
  readonly steps = computed(() => this.#kept.value.steps);
  readonly undone = computed(() => this.#kept.value.undone);
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
  /** Something else has changed: the file, or the draft in another tab. */
  readonly news = signal<string | null>(null);
  readonly #kept = signal<KeptDraft>(noEdits);
  #folded: ReadonlySet<string> | null = null;
  #direction: "DOWN" | "RIGHT" = "DOWN";
  #typed = 0;
  /** Whether it was told that another tab has the draft too. */
  #isShared = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(saga: string) {
    this.saga = saga;
  }

  /** After the server was away. */
  async wake(): Promise<void> {
    if (this.draft.value !== null) await this.reload();
    else if (this.failure.value !== null) await this.open();
  }

  /** The draft that is kept, as far as it fits the file. */
  async open(): Promise<void> {
    this.failure.value = null;
    await this.#queued(() => this.#fit()).catch((error: unknown) => {
      this.failure.value = error;
    });
  }

  /** Takes a step; one that is refused changes nothing, and the reason is shown. */
  do(step: Step, then: Then | null = null): Promise<boolean> {
    return this.#inTurn(() =>
      this.#change(({ steps }) => ({ steps: [...steps, step], undone: [] }), then),
    );
  }

  undo(): Promise<boolean> {
    return this.#inTurn(() =>
      this.#change(({ steps, undone }) => {
        const last = steps.at(-1);
        return last && { steps: steps.slice(0, -1), undone: [...undone, last] };
      }),
    );
  }

  redo(): Promise<boolean> {
    return this.#inTurn(() =>
      this.#change(({ steps, undone }) => {
        const next = undone.at(-1);
        return next && { steps: [...steps, next], undone: undone.slice(0, -1) };
      }),
    );
  }

  /** Applies the steps to the file as it is now. */
  reload(): Promise<boolean> {
    const before = this.draft.value?.sha;
    return this.#inTurn(async () => {
      await this.#fit();
      if (this.draft.value?.sha === before || this.steps.value.length === 0) return;
      this.news.value ??=
        "The file was changed on disk. Your edits were applied to it as it is now; look at the difference again.";
    });
  }

  /** Shows what another tab has made of the draft. */
  adopt(): Promise<boolean> {
    return this.#inTurn(async () => {
      const before = this.#kept.value;
      await this.#fit();
      const { steps, undone, revision } = this.#kept.value;
      if (revision === before.revision) return;
      if (steps.length > 0) {
        if (!this.#isShared) this.news.value = SHARED;
        this.#isShared = true;
      } else if (before.steps.length > 0) {
        this.news.value =
          undone.length > before.undone.length
            ? "The edits were taken back in another tab. Redo brings them back."
            : "The edits were written in another tab.";
      }
    });
  }

  /** Gives all steps up; redo brings them back. */
  discard(): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#change(({ steps, undone }) => ({
        steps: [],
        undone: [...undone, ...steps.toReversed()],
      }));
      this.news.value = null;
    });
  }

  /** Writes the file; rejects if the server refuses. In turn, so that no step is applied to the file that has it. */
  save(): Promise<void> {
    return this.#queued(async () => {
      const written = this.steps.value;
      const sha = this.draft.value?.sha ?? "";
      await ask(at`/studio/api/drafts/${this.saga}`, {
        method: "PUT",
        body: { operations: written.flat() },
        headers: { "if-match": `"${sha}"` },
      });
      this.news.value = null;
      await this.#change(({ steps }) => ({ steps: without(steps, written), undone: [] }));
    });
  }

  fold(id: string): void {
    const folded = new Set(this.drawn.value?.folded);
    if (!folded.delete(id)) folded.add(id);
    this.setFolded(folded);
  }

  setFolded(folded: ReadonlySet<string>): void {
    this.#folded = folded;
    this.arrange();
  }

  turn(): void {
    this.#direction = this.#direction === "DOWN" ? "RIGHT" : "DOWN";
    this.arrange();
  }

  /** Lays all of it out, where edits leave what they do not touch where it is. */
  arrange(): void {
    void this.#inTurn(async () => {
      if (this.draft.value !== null) await this.#draw(this.draft.value);
    });
  }

  /** Whether it was done; if not, why is shown. */
  #inTurn(action: () => Promise<void>): Promise<boolean> {
    return this.#queued(action).then(
      () => true,
      (error: unknown) => {
        this.refusal.value = messageOf(error);
        return false;
      },
    );
  }

  /** One thing after the other, so that a step is taken on what is shown. */
  #queued(action: () => Promise<void>): Promise<void> {
    const turn = this.#after(this.#last, action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #after(before: Promise<unknown>, action: () => Promise<void>): Promise<void> {
    await before;
    this.isBusy.value = true;
    this.refusal.value = null;
    try {
      await action();
    } finally {
      this.isBusy.value = false;
    }
  }

  /** Changes the draft that is kept, whoever else does; what `next` gives nothing for is left as it is. */
  async #change(
    next: (edits: Edits) => Edits | undefined,
    then: Then | null = null,
  ): Promise<void> {
    for (;;) {
      const kept = await readKept(this.saga);
      const wanted = next(kept);
      if (wanted === undefined) return;
      await this.#show(wanted.steps, then);
      const replaced = await replaceKept(this.saga, kept, wanted);
      // Else another tab was faster: the same again, of what it has made.
      if (replaced === null) continue;
      this.#kept.value = replaced;
      return;
    }
  }

  /** Shows the draft that is kept. What does not fit the file any more is set aside, where redo finds it. */
  async #fit(): Promise<void> {
    for (;;) {
      const kept = await readKept(this.saga);
      const { steps, undone } = kept;
      const { count, why } = await this.#showFitting(steps);
      const left = steps.slice(count);
      const replaced =
        left.length === 0
          ? kept
          : await replaceKept(this.saga, kept, {
              steps: steps.slice(0, count),
              undone: [...undone, ...left.toReversed()],
            });
      if (replaced === null) continue;
      this.#kept.value = replaced;
      if (left.length > 0) this.news.value = setAside(left.length, why);
      return;
    }
  }

  async #showFitting(steps: readonly Step[]): Promise<{ count: number; why: unknown }> {
    try {
      await this.#show(steps, null);
      return { count: steps.length, why: null };
    } catch (error) {
      const count = fittingOf(steps, error);
      if (count === null) throw error;
      await this.#show(steps.slice(0, count), null);
      return { count, why: error };
    }
  }

  async #show(steps: readonly Step[], then: Then | null): Promise<void> {
    const draft = await ask<DraftAnswer>(at`/studio/api/drafts/${this.saga}`, {
      method: "POST",
      body: { operations: steps.flat() },
    });
    await this.#draw(draft, this.drawn.value?.key);
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

  /** `near`: the key of what is seen. */
  async #draw(draft: DraftAnswer, near?: string): Promise<void> {
    const known = new Set(draft.model.states.map(({ id }) => id));
    const folded =
      this.#folded === null ? undefined : [...this.#folded].filter((id) => known.has(id));
    const body = {
      model: draft.model,
      direction: this.#direction,
      ...(folded !== undefined && { folded }),
      ...(near !== undefined && { near }),
    };
    const drawn = await ask<DrawnChart>("/studio/api/layouts", { method: "POST", body });
    this.#folded = new Set(drawn.folded);
    this.drawn.value = drawn;
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
