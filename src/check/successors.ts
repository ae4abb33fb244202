/**
 * Successors: every move that is possible in a configuration, and what it makes of chart and world.
 */
import type { AnyStateNode, EventObject } from "xstate";
import type { PendingActivity } from "../saga/effect.ts";
import type { Outcome } from "../saga/step.ts";
import { isActive, liveOf } from "./configuration.ts";
import type { Configuration } from "./configuration.ts";
import {
  doByHand,
  hear,
  isUsed,
  NOTHING_DONE,
  nothingNew,
  rename,
  take,
  takeEffect,
} from "./ledger.ts";
import type { Deed, Ledger, WorldAttempt } from "./ledger.ts";
import type { AttemptOutcome, Move } from "./move.ts";
import type { World } from "./options.ts";
import { choicesOf, errorOf, isMade, outputOf } from "./samples.ts";
import { isConcurrent } from "./subject.ts";
import type { Subject } from "./subject.ts";
import { toWorld } from "./turn.ts";
import type { Taken, Turn, Turns } from "./turn.ts";
import { change, firing, mayFire, NO_TIMERS, patienceMs } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** What one move makes of a configuration. */
export interface Successor {
  readonly move: Move;
  readonly to: Configuration;
  /** Names of the activities that the chart began. */
  readonly started: readonly string[];
  /** What happened in the world; null if the move only moved the chart. */
  readonly deed: Deed | null;
  /** Time that the move takes at most; infinite: as long as it likes. */
  readonly atMostMs: number;
  /** Why the chart could not take it; null if it could. */
  readonly fault: string | null;
}

/** An event from outside that is not taken now. */
export interface Refused {
  readonly event: EventObject;
  /** `forbidden`: the chart says so. `parked`: one is kept already. `omitted`: nothing is said of it. */
  readonly fate: "forbidden" | "parked" | "omitted";
}

export interface Possible {
  readonly successors: readonly Successor[];
  readonly refused: readonly Refused[];
}

interface Settlement {
  readonly activity: PendingActivity;
  readonly outcome: AttemptOutcome;
  readonly choice: number;
}

/** The moves of one world. */
export class Moves {
  readonly #subject: Subject;
  readonly #turns: Turns;
  readonly #world: World;

  constructor(subject: Subject, turns: Turns, world: World) {
    this.#subject = subject;
    this.#turns = turns;
    this.#world = world;
  }

  /** Where every instance begins. */
  start(): { to: Configuration; started: readonly string[] } {
    const turn = this.#turns.start();
    const nothing: Configuration = {
      position: turn.to,
      zone: NO_TIMERS,
      ledger: NOTHING_DONE,
      lost: [],
      parked: [],
      seen: this.#subject.remembered.map(() => false),
    };
    return this.#follow(nothing, turn);
  }

  /** All that can happen next, in a fixed order. */
  from(from: Configuration): Possible {
    const late = from.lost.flatMap((attempt) => this.#late(from, attempt));
    if (!isActive(from)) return { successors: late, refused: [] };
    const sent = this.#subject.events.map((_, index) => this.#send(from, index));
    return {
      successors: [
        ...liveOf(from)
          .filter((activity) => !this.#isHeldBack(from, activity))
          .flatMap((activity) => this.#attempt(from, activity)),
        ...from.zone.leftMs.flatMap((_, index) =>
          mayFire(from.zone, index) ? [this.#fire(from, index)] : [],
        ),
        ...sent.flatMap((answer) => ("move" in answer ? [answer] : [])),
        ...(this.#world === "crash" ? [this.#crash(from)] : []),
        ...late,
      ],
      refused: sent.flatMap((answer) => ("fate" in answer ? [answer] : [])),
    };
  }

  // Promise 7: an abandoned attempt of what this activity undoes may still take effect.
  #isHeldBack({ lost }: Configuration, { src }: PendingActivity): boolean {
    const undone = this.#subject.chart.undoes.get(src) ?? [];
    return lost.some((attempt) => undone.includes(attempt.src));
  }

  #attempt(from: Configuration, activity: PendingActivity): readonly Successor[] {
    const { samples, isTracked } = this.#subject;
    const isTaken = from.ledger.taken.includes(activity.activityId);
    const mayLose = this.#world !== "clean" && isTracked(activity.src);
    const choices = Array.from({ length: choicesOf(samples, activity.src) }, (_, n) => n);
    const outcomes: readonly AttemptOutcome[] = [
      ...(isTaken ? [] : (["rejected", "transient"] as const)),
      ...(mayLose ? (["lostReply"] as const) : []),
    ];
    return [
      ...choices.map((choice) => this.#settle(from, { activity, outcome: "ok", choice })),
      ...outcomes.map((outcome) => this.#settle(from, { activity, outcome, choice: 0 })),
      ...(mayLose && !isTaken ? [this.#takeEffect(from, activity)] : []),
    ];
  }

  #settle(from: Configuration, settlement: Settlement): Successor {
    const { activity, outcome, choice } = settlement;
    const { activityId } = activity;
    const move: Move = { kind: "settle", activityId, outcome, ...(choice > 0 && { choice }) };
    const isTaken = from.ledger.taken.includes(activityId);
    const hasEffect = outcome === "ok" || outcome === "lostReply";
    const attempt = toWorld(this.#subject, activity);
    const deed = hasEffect && !isTaken ? this.#deedOf(from.ledger, attempt) : null;
    const done = deed?.ledger ?? from.ledger;
    const ledger = outcome === "ok" ? hear(done, attempt.operation) : done;
    const before = { ...from, ledger, lost: stillOpen(ledger, from.lost) };
    const turn = this.#turns.settle(from.position, activity, this.#told(ledger, settlement));
    return this.#moved(before, turn, { move, deed, atMostMs: patienceMs(from.zone) });
  }

  // What the chart is told, and what tells that from other answers of the kind.
  #told(
    ledger: Ledger,
    { activity, outcome, choice }: Settlement,
  ): { outcome: Outcome; name: string } {
    const { samples } = this.#subject;
    if (outcome !== "ok") {
      const name = outcome === "rejected" ? outcome : "transient";
      return { outcome: { kind: "error", error: errorOf(samples, name) }, name };
    }
    const inPlace = ledger.inPlace.map(({ src }) => src);
    const output = outputOf(samples, activity, { inPlace }, choice);
    const name = `${choice} ${isMade(samples, activity.src) ? inPlace.join() : ""}`;
    return { outcome: { kind: "done", output }, name };
  }

  // No reply yet: the chart knows nothing of it.
  #takeEffect(from: Configuration, activity: PendingActivity): Successor {
    const deed = this.#deedOf(from.ledger, toWorld(this.#subject, activity));
    const ledger = take(deed.ledger, activity.activityId);
    const to = { ...from, ledger, lost: stillOpen(ledger, from.lost) };
    return beside(to, { kind: "takeEffect", activityId: activity.activityId }, deed);
  }

  #fire(from: Configuration, index: number): Successor {
    const { event } = from.position.standing.timers[index] as { event: EventObject };
    const turn = this.#turns.fire(from.position, index);
    const before = { ...from, zone: firing(from.zone, index) };
    const atMostMs = from.zone.leftMs[index] as number;
    return this.#moved(before, turn, {
      move: { kind: "fire", event: event.type },
      deed: null,
      atMostMs,
    });
  }

  #send(from: Configuration, index: number): Successor | Refused {
    const event = this.#subject.events[index] as EventObject;
    const turn = this.#turns.send(from.position, event);
    const facts = {
      move: { kind: "send", event },
      deed: null,
      atMostMs: patienceMs(from.zone),
    } as const;
    if (turn.kind !== "refused") return this.#moved(from, turn, facts);
    if (!this.#subject.saga.parks.includes(event.type)) return { event, fate: turn.fate };
    const isKept = from.parked.some((kept) => this.#subject.events[kept]?.type === event.type);
    if (isKept) return { event, fate: "parked" };
    const to = { ...from, parked: [...from.parked, index] };
    return { ...facts, to, started: [], fault: null };
  }

  #crash(from: Configuration): Successor {
    const turn = this.#turns.restore(from.position);
    return this.#moved(from, turn, { move: { kind: "crash" }, deed: null, atMostMs: 0 });
  }

  #late(from: Configuration, attempt: WorldAttempt): readonly Successor[] {
    const { activityId, src } = attempt;
    const deed = this.#deedOf(from.ledger, attempt);
    const lost = from.lost.filter((other) => other !== attempt);
    const late = beside(
      { ...from, ledger: deed.ledger, lost: stillOpen(deed.ledger, lost) },
      { kind: "settleLate", activityId, outcome: "ok" },
      deed,
    );
    // That it will not take effect any more changes something only for what waits for it.
    const { undoes } = this.#subject.chart;
    const isAwaited = liveOf(from).some((live) => undoes.get(live.src)?.includes(src));
    return isAwaited
      ? [late, beside({ ...from, lost }, { kind: "lapse", activityId }, null)]
      : [late];
  }

  #deedOf(ledger: Ledger, attempt: WorldAttempt): Deed {
    const { isTracked, chart, notExplored } = this.#subject;
    if (!isTracked(attempt.src)) return nothingNew(ledger);
    const deed = takeEffect(chart.undoes, ledger, attempt);
    if (deed.isUncounted) {
      notExplored.add(`more effects of "${attempt.src}" in place at a time than are told apart`);
    }
    return deed;
  }

  #moved(
    before: Configuration,
    turn: Turn,
    facts: Pick<Successor, "move" | "deed" | "atMostMs">,
  ): Successor {
    switch (turn.kind) {
      case "taken":
        return { ...facts, ...this.#follow(before, turn), fault: null };
      case "failed":
        return { ...facts, to: before, started: [], fault: turn.message };
      case "refused":
        throw new Error(`${facts.move.kind} cannot be refused`);
    }
  }

  /** What a turn makes of the world, and the parked events that the chart takes after it. */
  #follow(before: Configuration, turn: Taken): { to: Configuration; started: readonly string[] } {
    const { undoes } = this.#subject.chart;
    const vouched = turn.skipped.reduce(
      (ledger, skipped) => doByHand(undoes, ledger, skipped),
      before.ledger,
    );
    const to: Configuration = {
      ...before,
      position: turn.to,
      zone: this.#zoneAfter(before.zone, turn),
      ledger: rename(vouched, {
        isCurrent: (operation) => operation.startsWith("=") || turn.current.has(operation),
        isInFlight: (activityId) => turn.inFlight.has(activityId),
      }),
      lost: this.#world === "zombie" ? this.#lostAfter(before, turn) : [],
    };
    return this.#unpark(to, turn.started);
  }

  #unpark(
    to: Configuration,
    started: readonly string[],
  ): { to: Configuration; started: readonly string[] } {
    if (!isActive(to)) return { to, started };
    for (const index of to.parked) {
      const turn = this.#turns.send(to.position, this.#subject.events[index] as EventObject);
      if (turn.kind !== "taken") continue;
      const parked = to.parked.filter((other) => other !== index);
      const next = this.#follow({ ...to, parked }, turn);
      return { to: next.to, started: [...started, ...next.started] };
    }
    return { to, started };
  }

  // What is skipped is done by hand for good. An attempt matters only if it may still change something.
  #lostAfter({ lost, ledger }: Configuration, turn: Taken): readonly WorldAttempt[] {
    const { isTracked, chart } = this.#subject;
    const settledByHand = turn.skipped.flatMap(({ src }) => chart.undoes.get(src) ?? []);
    const left = turn.left.filter(
      ({ activityId, src, operation }) =>
        isTracked(src) &&
        !ledger.taken.includes(activityId) &&
        !isUsed(ledger, operation) &&
        !lost.some((other) => other.operation === operation),
    );
    return [...lost, ...left]
      .filter(({ src }) => !settledByHand.includes(src))
      .map((attempt) => {
        const { operation } = attempt;
        const isCurrent =
          operation === null || operation.startsWith("=") || turn.current.has(operation);
        return isCurrent ? attempt : { ...attempt, operation: null };
      });
  }

  #zoneAfter(zone: Zone, { timers, to }: Taken): Zone {
    const { timerStates } = this.#subject;
    const stateOf = (index: number): AnyStateNode | undefined =>
      timerStates.get((to.standing.timers[index] as { event: EventObject }).event.type);
    return change(zone, timers, (a, b) => isConcurrent(stateOf(a), stateOf(b)));
  }
}

// An attempt whose operation has had its effect by another one changes nothing any more.
function stillOpen(ledger: Ledger, lost: readonly WorldAttempt[]): readonly WorldAttempt[] {
  return lost.filter(({ operation }) => !isUsed(ledger, operation));
}

/** A move that the chart does not notice. Its time is counted with the next one that it does. */
function beside(to: Configuration, move: Move, deed: Deed | null): Successor {
  return { move, to, deed, started: [], atMostMs: 0, fault: null };
}
