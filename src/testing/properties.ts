/**
 * Properties: whatever happens to an instance, in whatever order, with crashes in between, the runtime goes where the
 * chart says, the ledger keeps its rules, and once nothing goes wrong any more the instance comes to rest.
 *
 * What happens is drawn by fast-check and shrunk to the least that still fails, which is told as a ready test.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { AttemptOutcome, Move } from "../check/move.ts";
import { acceptedEvents } from "../saga/accepts.ts";
import type { AnySaga } from "../saga/define.ts";
import type { PendingActivity } from "../saga/effect.ts";
import { hasEffect } from "./answers.ts";
import { gapsIn, unaskedIn } from "./audit.ts";
import { brokenRules } from "./ledger.ts";
import { wordsOf } from "./path-name.ts";
import { payloadsOf } from "./payloads.ts";
import { abandonedOf, begin, dueOrder, isHeldBack, moved, settledAt } from "./position.ts";
import type { Position, Setting } from "./position.ts";
import { literal } from "./ready-test.ts";
import type { Rig } from "./rig.ts";
import { failure, inRigs, isSkipped, messageOf } from "./walk.ts";
import type { WalkOptions } from "./walk.ts";

export interface PropertyOptions extends WalkOptions {
  /** How many instances are tried. Default 50. */
  readonly runs?: number;
  /** Moves of each instance at most, before faults stop. Default 40. */
  readonly movesMax?: number;
  /** What to draw from; without one it is drawn too, and told. */
  readonly seed?: number;
}

export interface PropertyReport {
  readonly seed: number;
  readonly runs: number;
  /** Moves made in all runs. */
  readonly moves: number;
}

const RUNS = 50;
const MOVES_MAX = 40;
/** Moves after which an instance that goes well counts as one that does not come to rest. */
const REST_MOVES_MAX = 300;
/** Times that an operator has a stuck instance try again. */
const RETRIES_MAX = 20;

/** @throws {Error} with the seed and a ready test if anything does not hold. */
export async function assertProperties(
  saga: AnySaga,
  options: PropertyOptions,
): Promise<PropertyReport> {
  const { runs = RUNS, movesMax = MOVES_MAX, seed } = options;
  return inRigs(saga, options, async (rigs) => {
    let moves = 0;
    const property = fc.asyncProperty(
      fc.commands(commands(), { maxCommands: movesMax, size: "max" }),
      async (drawn) => {
        const run = new Run(rigs.setting, await rigs.create(), options);
        try {
          await run.begin();
          await fc.asyncModelRun(() => ({ model: run, real: run }), drawn);
          await run.rest();
          await run.judge();
        } finally {
          moves += run.moves.length;
          await rigs.release(run.rig);
        }
      },
    );
    const result = await fc.check(property, { numRuns: runs, ...(seed !== undefined && { seed }) });
    if (!result.failed) return { seed: result.seed, runs: result.numRuns, moves };
    const where = `seed ${result.seed}, run ${result.numRuns}, shrunk ${result.numShrinks} times`;
    throw new Error(`saga "${saga.name}" (${where}): ${messageOf(result.errorInstance)}`);
  });
}

type Command = fc.AsyncCommand<Run, Run>;

function commands(): fc.Arbitrary<Command>[] {
  const outcome = fc.constantFrom<AttemptOutcome[]>(
    ...(["ok", "ok", "ok", "ok", "transient", "lostReply", "rejected"] as const),
  );
  const which = fc.nat(7);
  const settle = fc
    .tuple(which, outcome)
    .map(([n, how]) => command((run) => run.settlings(how)[n % run.settlings(how).length]));
  return [
    settle,
    settle,
    fc.constant(command((run) => run.firing())),
    which.map((n) => command((run) => run.sends()[n % run.sends().length])),
    which.map((n) => command((run) => run.effects()[n % run.effects().length])),
    fc
      .tuple(which, outcome)
      .map(([n, how]) => command((run) => run.endings(how)[n % run.endings(how).length])),
    fc.constant(command(() => ({ kind: "crash" }))),
  ];
}

/** A command makes the move that its choice comes to where the instance stands. */
function command(choose: (run: Run) => Move | undefined): Command {
  return {
    check: (run) => choose(run as Run) !== undefined,
    run: (run) => run.make(choose(run) as Move),
    toString: () => "move",
  };
}

/** One instance, on the runtime and on the chart side by side. */
class Run {
  readonly rig: Rig;
  readonly moves: Move[] = [];
  readonly #setting: Setting;
  readonly #options: PropertyOptions;
  /** Attempts that had their effect without being heard of. */
  readonly #inPlace = new Set<string>();
  /** Keys of operations that their service has turned away. */
  readonly #refused = new Set<string>();
  #position: Position;

  constructor(setting: Setting, rig: Rig, options: PropertyOptions) {
    this.#setting = setting;
    this.rig = rig;
    this.#options = options;
    this.#position = begin(setting);
  }

  async begin(): Promise<void> {
    await this.rig.begin();
    await this.#compare();
  }

  async make(move: Move): Promise<void> {
    const before = this.#position;
    const after = moved(this.#setting, before, move);
    if (after === null) throw new Error(`"${wordsOf(move)}" was drawn where it cannot happen`);
    this.#noteWhatServicesKnow(move);
    this.moves.push(move);
    await this.rig
      .perform(move, { index: this.moves.length })
      .catch((error: unknown) => this.#fail(`${wordsOf(move)}: ${messageOf(error)}`, []));
    this.#position = await this.#withLeft(before, after);
    await this.#compare();
  }

  #noteWhatServicesKnow(move: Move): void {
    if (move.kind !== "takeEffect" && move.kind !== "settle") return;
    const attempt = this.#begun().find(({ activityId }) => activityId === move.activityId);
    if (attempt === undefined) return;
    if (move.kind === "takeEffect") this.#inPlace.add(nameOf(attempt));
    else if (move.outcome === "rejected") this.#refused.add(attempt.idempotencyKey);
  }

  /** An attempt that has had its effect, and was not heard of yet, cannot be turned away any more. */
  settlings(outcome: AttemptOutcome): readonly Move[] {
    return this.#begun()
      .filter((attempt) => hasEffect(outcome) || !this.#inPlace.has(nameOf(attempt)))
      .map(({ activityId }) => ({ kind: "settle", activityId, outcome }));
  }

  effects(): readonly Move[] {
    return this.#begun().map(({ activityId }) => ({ kind: "takeEffect", activityId }));
  }

  firing(): Move | undefined {
    const [first] = dueOrder(this.#position.standing.timers);
    return first && { kind: "fire", event: first.event.type };
  }

  sends(): readonly Move[] {
    const { chart, samples } = this.#setting;
    return acceptedEvents(chart, this.#position.standing.snapshot)
      .flatMap(({ type }) =>
        payloadsOf(chart.saga, samples, type).map((payload): Move => ({
          kind: "send",
          event: { ...payload, type },
        })),
      )
      .filter((move) => moved(this.#setting, this.#position, move) !== null);
  }

  /** Ends of attempts that were left. One whose twin was turned away has no effect: they have one key. */
  endings(outcome: AttemptOutcome): readonly Move[] {
    const { leaseMs } = this.#setting;
    const [first] = dueOrder(this.#position.standing.timers);
    const isLapseFirst = first === undefined || first.dueAtMs > this.#position.nowMs + leaseMs;
    return abandonedOf(this.#position).flatMap(
      ({ activityId, idempotencyKey }): readonly Move[] => [
        ...(hasEffect(outcome) && this.#refused.has(idempotencyKey)
          ? []
          : [{ kind: "settleLate", activityId, outcome } as const]),
        ...(isLapseFirst ? [{ kind: "lapse", activityId } as const] : []),
      ],
    );
  }

  /** Nothing goes wrong any more: every attempt succeeds, and an operator has what is stuck tried again. */
  async rest(): Promise<void> {
    for (let count = 0; count < REST_MOVES_MAX; count += 1) {
      const move = this.#wellMove();
      if (move === undefined) return;
      await this.make(move);
    }
    this.#fail(`it does not come to rest within ${REST_MOVES_MAX} moves that go well`, []);
  }

  async judge(): Promise<void> {
    const { ledger } = this.rig;
    const { phase, state } = await this.rig.settled();
    const evidence = await this.rig.evidence();
    const wrong = [...gapsIn(evidence), ...unaskedIn(evidence)];
    if (wrong.length > 0) this.#fail(wrong.join("; "), []);
    const broken = isSkipped(this.moves)
      ? []
      : brokenRules(this.#setting.chart, { phase, ledger }, this.#options.rules);
    if (broken.length > 0) {
      this.#fail(`${broken.join("; ")}, in ${state}`, ["expect(seen.broken).toEqual([]);"]);
    }
  }

  /** Activities whose attempt is being made. */
  #begun(): readonly PendingActivity[] {
    return this.#position.standing.activities.filter(
      ({ abandoned, src }) => !abandoned && !isHeldBack(this.#setting, this.#position, src),
    );
  }

  #wellMove(): Move | undefined {
    const { phase } = settledAt(this.#setting, this.#position);
    const [settling] = this.settlings("ok");
    if (settling !== undefined) return settling;
    const isLeft = abandonedOf(this.#position).length > 0;
    const lapse = this.endings("ok").find(({ kind }) => kind === "lapse");
    if (lapse !== undefined) return lapse;
    if (isLeft || phase === "retrying" || phase === "compensating") return this.firing();
    const retries = this.moves.filter(isRetry).length;
    return phase === "stuck" && retries < RETRIES_MAX ? this.sends().find(isRetry) : undefined;
  }

  /**
   * Which of the attempts that the chart has left may still take effect is the runtime's to say: an attempt that never
   * began is dropped, one that was lost with its process is kept until it lapses, though it was made again and failed.
   */
  async #withLeft(before: Position, after: Position): Promise<Position> {
    const { activities, revision } = await this.rig.view();
    const left = activities.filter(({ status }) => status === "abandoned");
    const made = before.standing.activities.map((one) => ({ ...one, abandoned: true }));
    const known = [...abandonedOf(after), ...made];
    const kept = left.map(({ activityId, attempt }) => {
      const found = known.find((one) => one.activityId === activityId && one.attempt === attempt);
      return found ?? this.#fail(`${activityId} was left, which the chart never did`, []);
    });
    const live = after.standing.activities.filter(({ abandoned }) => !abandoned);
    const standing = { ...after.standing, activities: [...kept, ...live] };
    return { ...after, standing, revision, nowMs: this.rig.nowMs };
  }

  async #compare(): Promise<void> {
    const actual = await this.rig.settled();
    const expected = settledAt(this.#setting, this.#position);
    if (isDeepStrictEqual(actual, expected)) return;
    const { revision: _, atMs: __, ...lasting } = expected;
    this.#fail(`the runtime is at ${literal(actual)}, the chart at ${literal(expected)}`, [
      `expect(seen.settled.at(-1)).toMatchObject(${literal(lasting)});`,
    ]);
  }

  #fail(what: string, expects: readonly string[]): never {
    throw failure(this.#setting, `${this.moves.length} moves`, {
      what,
      moves: this.moves,
      expects,
    });
  }
}

function nameOf({ activityId, generation }: PendingActivity): string {
  return `${activityId} ${generation}`;
}

function isRetry(move: Move): boolean {
  return move.kind === "send" && move.event.type === "saga.retry";
}
