/**
 * Decisions about operations, and the one fence around a suspended instance. Pure, like all decisions.
 *
 * A suspended instance holds still: its timers, results and events wait until it is resumed, or ended. Only
 * what changes nothing of it passes: the late result or the lapse of an attempt that the chart has left.
 */
import type { EventObject } from "xstate";
import { SagaError } from "../../errors.ts";
import { isEndPhase } from "../../saga/phase.ts";
import type { Step } from "../../saga/step.ts";
import { terminate } from "../../saga/terminate.ts";
import type { OperationRecord } from "../../store/store.ts";
import type { Decision, Delivery } from "./decide.ts";
import type { Instance } from "../instance.ts";
import { nameOf } from "../operators/operation.ts";
import type { Operation } from "../operators/operation.ts";

/** @throws {SagaError} SAGA_INSTANCE_SUSPENDED if the delivery has to wait until the instance is resumed. */
export function checkNotSuspended(instance: Instance, delivery: Delivery): void {
  if (!mayPass(instance, delivery)) checkMoves(instance);
}

/** @throws {SagaError} SAGA_INSTANCE_SUSPENDED if the instance holds still. */
export function checkMoves({ record }: Instance): void {
  if (record.suspended === null) return;
  const { by, reason, atMs } = record.suspended;
  throw new SagaError(
    "SAGA_INSTANCE_SUSPENDED",
    `instance "${record.instanceId}" of saga "${record.saga}" is suspended: ${reason}`,
    // oxlint-disable-next-line eslint/no-restricted-globals -- it writes a time that it was given and asks for none
    { details: { suspended: { by, reason, at: new Date(atMs).toISOString() } } },
  );
}

/** Whether an error says that a delivery has to wait until its instance is resumed, or released. */
export function isHeld(error: unknown): boolean {
  if (!(error instanceof SagaError)) return false;
  return error.code === "SAGA_INSTANCE_SUSPENDED" || error.code === "SAGA_INSTANCE_QUARANTINED";
}

function mayPass({ standing }: Instance, delivery: Delivery): boolean {
  switch (delivery.kind) {
    case "event":
    case "timer":
    case "child":
    case "begin":
      return false;
    case "action":
      return true;
    case "operation":
      return delivery.operation.name === "resume" || delivery.operation.name === "terminate";
    case "outcome": {
      const { activityId, generation } = delivery.effect;
      return !standing.activities.some(
        (activity) =>
          !activity.abandoned &&
          activity.activityId === activityId &&
          activity.generation === generation,
      );
    }
    case "lapse":
      return true;
  }
}

/**
 * What an operation of the runtime's own does. Those that the chart draws are events to it.
 *
 * @throws {SagaError} SAGA_INSTANCE_ENDED, SAGA_OPERATION_NOT_POSSIBLE if there is nothing to resume or redeliver.
 */
export function operate(instance: Instance, operation: Operation, nowMs: number): Decision {
  const { record } = instance;
  // Out of quarantine comes also what has ended.
  if (operation.name !== "release") checkNotEnded(instance);
  const stay: Step = { next: instance.standing, effects: [] };
  const asIs = { ...decisionOf(operation, stay), fault: record.fault };
  switch (operation.name) {
    case "suspend": {
      const { by, reason } = operation.record;
      return { ...asIs, suspended: { by, reason, atMs: nowMs } };
    }
    case "resume":
      if (record.suspended === null) throw notPossible(instance, "is not suspended");
      return { ...asIs, suspended: null };
    case "redeliver":
      if (record.fault === null) throw notPossible(instance, "has nothing to redeliver");
      return asIs;
    case "release":
      return asIs;
    case "terminate": {
      const step = terminate(instance.standing, terminatedBy(operation.record));
      return { ...decisionOf(operation, step), suspended: null };
    }
    case "cancel":
    case "retry":
    case "skip":
      throw new Error(`"${operation.name}" is the chart's to decide`);
  }
}

/** @throws {SagaError} SAGA_INSTANCE_ENDED */
export function checkNotEnded({ record }: Instance): void {
  if (!isEndPhase(record.phase)) return;
  throw new SagaError(
    "SAGA_INSTANCE_ENDED",
    `instance "${record.instanceId}" of saga "${record.saga}" has ended as ${record.phase}`,
    { details: { accepts: [] } },
  );
}

/** The error of an instance that was terminated. The same record gives the same error. */
export function terminatedBy(record: OperationRecord): Error {
  const { by, reason } = record;
  return Object.assign(new Error(`terminated by ${nameOf(record)}: ${reason}`), { by, reason });
}

function decisionOf(operation: Operation, step: Step): Decision {
  return {
    step,
    source: "operator",
    event: { type: `saga.${operation.name}`, reason: operation.record.reason } as EventObject,
    verdict: "applied",
    timerFired: null,
    effectFinished: null,
    fault: null,
    operation: operation.record,
  };
}

function notPossible({ record }: Instance, why: string): SagaError {
  return new SagaError(
    "SAGA_OPERATION_NOT_POSSIBLE",
    `instance "${record.instanceId}" of saga "${record.saga}" ${why}`,
  );
}
