/**
 * A role: a saga that instances of a simulation play, with what its clients send, and what must hold of it in the end
 * beside what must hold of all. Its activities are the services' of the simulation.
 */
import type { AnyActorLogic, AnyEventObject } from "xstate";
import type { Action, Activity, AnySaga } from "../../../src/saga/define.ts";
import type { TransactionalActivity } from "../../../src/saga/transactional.ts";
import type { LedgerRule } from "../../../src/testing/ledger.ts";
import type { Chance } from "../chance.ts";

/** The activity of a name, as the simulated process performs it. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the chart says of its input and output
export type Perform = (activity: string) => Activity<any, any>;

/** The action of a name, as the simulated process performs it. */
export type Act = (action: string) => Action<never>;

/** What else the simulated process performs. */
export interface Deeds {
  /** An activity that writes a row under its key. */
  readonly transact: () => TransactionalActivity<unknown, unknown>;
  /** A callback that sends TICK a few times with its number, also when it was told to stop. */
  readonly callback: () => AnyActorLogic;
}

/** An event that a client sends, once it is so late. */
export interface Line {
  readonly event: AnyEventObject;
  /** Since the start of the run, ms: from when to when. */
  readonly between: readonly [number, number];
  /** How likely it is sent at all. */
  readonly probability: number;
}

/** An instance in the end, as it lies in the store. */
export interface Ended {
  readonly instanceId: string;
  readonly phase: string;
  readonly state: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly journal: readonly { readonly eventType: string; readonly stateAfter: string }[];
}

export interface Role {
  /** Name of the saga. */
  readonly name: string;
  readonly define: (perform: Perform, act: Act, deeds: Deeds) => AnySaga;
  readonly input: object;
  readonly outputs: Readonly<Record<string, object>>;
  /** Activities without a timeout, so their services always answer. */
  readonly answered?: readonly string[];
  /** By activity, how many attempts a process may make at a time. */
  readonly atOnce?: Readonly<Record<string, number>>;
  readonly lines: (chance: Chance) => readonly Line[];
  /** What is sent to an instance again and again once there are no more faults, until it has ended. */
  readonly closing: readonly AnyEventObject[];
  readonly rules: readonly LedgerRule[];
  /** What is wrong with an instance that has ended, in words. */
  readonly judge?: (ended: Ended) => readonly string[];
}

export function line(
  event: AnyEventObject,
  between: readonly [number, number],
  probability = 1,
): Line {
  return { event, between, probability };
}
