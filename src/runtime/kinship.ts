/**
 * Kinship: who is who to an instance that moves, found out before its step becomes rows, and the instances that
 * the step starts. A child is born in the transaction of its parent, with its own first step, and so are its children.
 */
import { SagaError } from "../errors.ts";
import type { Chart } from "../saga/chart.ts";
import { decode, encode, normalizeError } from "../saga/codec.ts";
import type { Effect, PendingChild } from "../saga/effect.ts";
import { childSagaName } from "../saga/family.ts";
import type { Address } from "../saga/ref.ts";
import { findChild } from "../saga/send.ts";
import { start } from "../saga/step.ts";
import type { Moment } from "../saga/step.ts";
import type { InstanceKey, ParentLink } from "../store/family.ts";
import type { Decision } from "./decisions/decide.ts";
import type { Departures } from "./attempts/departures.ts";
import type { Facts } from "./facts.ts";
import type { Kin } from "./decisions/family-rows.ts";
import { checkId } from "./incoming.ts";
import { Places } from "./attempts/places.ts";
import type { Releases } from "./attempts/places.ts";
import { prepare } from "./decisions/write-set.ts";
import type { Decided, Origin, Prepared, WorkerFacts } from "./decisions/write-set.ts";

/** What finding out needs. */
export interface Relations {
  readonly facts: Facts;
  readonly chartOf: (saga: string, version: number) => Chart;
  readonly worker: WorkerFacts & Releases;
}

interface Mover {
  readonly chart: Chart;
  readonly moment: Moment;
  readonly origin: Origin;
}

/**
 * Prepares a decision with all that it starts. What cannot be stored is thrown, and nothing has happened; a fact that
 * is not known yet is thrown as `Missing`.
 */
export function prepareWithKin(decided: Decided, mover: Mover, relations: Relations): Prepared {
  const places = new Places(relations.worker);
  try {
    const { facts, chartOf } = relations;
    return prepareFamily(decided, mover, { facts, chartOf, worker: places });
  } catch (error) {
    places.giveBack();
    throw error;
  }
}

function prepareFamily(decided: Decided, mover: Mover, relations: Relations): Prepared {
  const { chart, moment, origin } = mover;
  const self: InstanceKey = { saga: chart.saga.name, instanceId: moment.instanceId };
  const root = origin.parent?.root ?? self;
  const decision = withInstanceIds(decided.decision, self, relations);
  const known = decision === decided.decision ? decided : { ...decided, decision };
  const named = findNamed(decision.step.effects, root, relations);
  const receiverOf = (address: Address): InstanceKey =>
    receiver(address, { self, parent: origin.parent, family: familyOf(known), named });
  const { born, stillborn } = bear(decision, mover, { self, root, receiverOf, relations });
  const kin: Kin = { self, root, receiverOf, born, stillborn };
  return prepare(chart, known, { moment, origin, kin }, relations.worker);
}

/** What was prepared, with all that it starts, parents first. */
export function withBorn(prepared: Prepared): readonly Prepared[] {
  return prepared.born.length === 0 ? [prepared] : [prepared, ...prepared.born.flatMap(withBorn)];
}

/** Gives back what was taken for a commit that does not come about. */
export function giveBack(
  prepared: Prepared,
  worker: Releases & { readonly departures: Pick<Departures, "stay"> },
): void {
  for (const { writeSet } of withBorn(prepared)) worker.release(writeSet.effectsStarted);
  worker.departures.stay(prepared.next.record, prepared.writeSet.effectsDropped);
}

/** Ids of the instances of new children. A child that takes an id again gets another instance beside the old one. */
function withInstanceIds(decision: Decision, self: InstanceKey, { facts }: Relations): Decision {
  const { step } = decision;
  if (!step.effects.some(({ kind }) => kind === "startChild")) return decision;
  const started = step.effects.flatMap((effect) =>
    effect.kind === "startChild" && effect.child.kind === "instance" ? [effect.child] : [],
  );

  const named = new Map<PendingChild, PendingChild>();
  for (const child of started) {
    const saga = childSagaName(self.saga, child.src);
    const first = `${self.instanceId}/${child.childId}`;
    const isTaken = facts.exists({ saga, instanceId: first });
    const instanceId = isTaken ? `${first}~${child.generation}` : first;
    named.set(child, { ...child, instanceId: checkId("instance id of a child", instanceId) });
  }
  const effects = step.effects.map((effect): Effect =>
    effect.kind === "startChild"
      ? { ...effect, child: named.get(effect.child) ?? effect.child }
      : effect,
  );
  const children = step.next.children.map((child) => named.get(child) ?? child);
  return { ...decision, step: { next: { ...step.next, children }, effects } };
}

/** All children that what is sent in this step may be for: those that were there, and those that are now. */
function familyOf({ before, decision }: Decided): readonly PendingChild[] {
  return [...decision.step.next.children, ...(before?.standing.children ?? [])];
}

const NOBODY_NAMED: ReadonlyMap<string, InstanceKey> = new Map();

/** Whom the system ids of this step name, but for its own children's. */
function findNamed(
  effects: readonly Effect[],
  root: InstanceKey,
  { facts }: Relations,
): ReadonlyMap<string, InstanceKey> {
  if (!effects.some(({ kind }) => kind === "send")) return NOBODY_NAMED;
  const named = new Map<string, InstanceKey>();
  for (const effect of effects) {
    if (effect.kind !== "send" || effect.message.to.kind !== "system") continue;
    const { systemId } = effect.message.to;
    const found = facts.findSystemId(root, systemId);
    if (found !== null) named.set(systemId, found);
  }
  return named;
}

function receiver(
  address: Address,
  {
    self,
    parent,
    family,
    named,
  }: {
    self: InstanceKey;
    parent: ParentLink | null;
    family: readonly PendingChild[];
    named: ReadonlyMap<string, InstanceKey>;
  },
): InstanceKey {
  switch (address.kind) {
    case "self":
      return self;
    case "parent":
      return parent === null
        ? nobody("#_parent")
        : { saga: parent.saga, instanceId: parent.instanceId };
    case "child": {
      const child = findChild(family, address);
      if (child === undefined || child.instanceId === null) return nobody(address.childId);
      return { saga: childSagaName(self.saga, child.src), instanceId: child.instanceId };
    }
    case "instance":
      return { saga: address.saga, instanceId: address.instanceId };
    case "system":
      return named.get(address.systemId) ?? nobody(address.systemId);
  }
}

/** No saga has this name, so a message to it comes back as undeliverable. */
function nobody(name: string): InstanceKey {
  return { saga: "", instanceId: name };
}

type Births = Pick<Kin, "born" | "stillborn">;

const NOBODY_BORN: Births = { born: [], stillborn: [] };

function bear(
  decision: Decision,
  { chart, moment, origin }: Mover,
  {
    self,
    root,
    receiverOf,
    relations,
  }: Pick<Kin, "self" | "root" | "receiverOf"> & { relations: Relations },
): Births {
  if (!decision.step.effects.some(({ kind }) => kind === "startChild")) return NOBODY_BORN;
  const toReader = (address: Address): Address =>
    address.kind === "system" ? address : { kind: "instance", ...receiverOf(address) };
  const born: Prepared[] = [];
  const stillborn: { child: PendingChild; error: unknown }[] = [];
  for (const effect of decision.step.effects) {
    if (effect.kind !== "startChild" || effect.child.kind !== "instance") continue;
    const { child } = effect;
    const { childId, generation, reportsSnapshots } = child;
    const parent: ParentLink = { ...self, childId, generation, reportsSnapshots, root };
    try {
      const ofChild = {
        chart: relations.chartOf(childSagaName(self.saga, child.src), chart.saga.version),
        moment: {
          instanceId: child.instanceId ?? "",
          revision: 1,
          nowMs: moment.nowMs,
          childId: child.childId,
        },
        origin: { ...origin, attributes: {}, createdAtMs: moment.nowMs, parent },
      };
      const input: unknown = decode(encode(child.input, toReader));
      const begun = firstDecision(ofChild, input, decision.traceparent ?? null);
      born.push(
        prepareWithKin({ decision: begun, before: null, eventId: null }, ofChild, relations),
      );
    } catch (error) {
      // As in XState, a child that cannot begin is one that failed: its parent is told, and goes on.
      if (!(error instanceof SagaError)) throw error;
      stillborn.push({ child, error: normalizeError(error) });
    }
  }
  return { born, stillborn };
}

function firstDecision(
  { chart, moment }: Mover,
  input: unknown,
  traceparent: string | null,
): Decision {
  return {
    step: start(chart, input, moment),
    source: "start",
    event: { type: "xstate.init", input } as Decision["event"],
    traceparent,
    verdict: "applied",
    timerFired: null,
    effectFinished: null,
    fault: null,
  };
}
