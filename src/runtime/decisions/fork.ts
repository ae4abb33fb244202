/**
 * Forks: a new instance that begins where another one stood at an earlier revision, found by folding that
 * one's journal. What was done until then is not done again; from then on it is an operation of its own.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../errors.ts";
import { adopt } from "../../saga/adopt.ts";
import type { Chart } from "../../saga/chart.ts";
import { isEndPhase, phaseOf } from "../../saga/phase.ts";
import { advance, start } from "../../saga/step.ts";
import type { Moment, Step } from "../../saga/step.ts";
import type { OperationRecord } from "../../store/store.ts";
import type { Instance } from "../instance.ts";
import type { ForkedFrom, Past } from "../operators/replay.ts";

/** How an instance begins that is a fork. */
export interface Fork {
  readonly from: ForkedFrom;
  readonly operation: OperationRecord;
  readonly begin: (moment: Moment) => Step;
}

export interface ForkOptions {
  /** The new instance begins as the old one stood after this commit. */
  readonly fromRevision: number;
  /** 1-200 characters. Without one the runtime makes one up. */
  readonly instanceId?: string;
  /** In place of the old one's; only from revision 1, which is the one that an input makes. */
  readonly input?: unknown;
  /** Sent to the new instance at once; if it is not accepted there, nothing is forked. */
  readonly event?: EventObject;
  readonly reason: string;
  readonly by?: string;
}

/** @throws {SagaError} SAGA_REQUEST_INVALID, SAGA_OPERATION_NOT_POSSIBLE if there is no such revision. */
export function checkFork({ record }: Instance, { fromRevision, input }: ForkOptions): void {
  if (!Number.isSafeInteger(fromRevision) || fromRevision < 1) {
    throw new SagaError("SAGA_REQUEST_INVALID", "fromRevision is no integer from 1");
  }
  if (input !== undefined && fromRevision !== 1) {
    throw new SagaError("SAGA_REQUEST_INVALID", "another input can only be given from revision 1");
  }
  if (fromRevision <= record.revision) return;
  throw new SagaError(
    "SAGA_OPERATION_NOT_POSSIBLE",
    `instance "${record.instanceId}" is at revision ${record.revision}, and was never at ${fromRevision}`,
  );
}

/** The first step of a fork, checked to take `event`. */
export function beginFork(
  chart: Chart,
  past: Past,
  { input, event }: { input: unknown; event: EventObject | null },
): (moment: Moment) => Step {
  return (moment) => {
    const step =
      input === undefined
        ? adopt(chart, past.standing, past.atMs, moment)
        : start(chart, input, moment);
    const { snapshot } = step.next;
    const phase = phaseOf(snapshot);
    if (isEndPhase(phase)) {
      throw new SagaError(
        "SAGA_INSTANCE_ENDED",
        `the instance had ended as ${phase} by that revision; fork it from an earlier one`,
      );
    }
    const next = { ...moment, revision: moment.revision + 1 };
    if (event !== null && advance(chart, step.next, event, next) === null) {
      throw new SagaError(
        "SAGA_EVENT_NOT_ACCEPTED",
        `saga "${chart.saga.name}" takes no event "${event.type}" where the fork begins`,
      );
    }
    return step;
  };
}
