/**
 * What instances have to do with each other, and what they ask of the author's own actions, as rows: children and
 * their parents, messages that are under way, actions that are to be performed.
 *
 * Events and inputs are opaque text here (see `saga/codec.ts`).
 */

/** The name of one instance: `instanceId` is unique within its saga. */
export interface InstanceKey {
  readonly saga: string;
  readonly instanceId: string;
}

/** Names one child within its parent. */
export interface ChildRef {
  /** The chart's id of the child. */
  readonly childId: string;
  /** The revision of the parent that started it: the fence for what comes from it. */
  readonly generation: number;
}

/** What an instance knows of its parent. */
export interface ParentLink extends InstanceKey, ChildRef {
  /** Whether the parent is told of each snapshot. */
  readonly reportsSnapshots: boolean;
  /** The instance above all: within its family a `systemId` names one child. */
  readonly root: InstanceKey;
}

/** A child that has not ended. */
export interface ChildRecord extends ChildRef {
  readonly kind: "instance" | "live" | "reducer";
  /** Name of its logic in the chart. */
  readonly src: string;
  /** The id of its instance; null for the other kinds. */
  readonly instanceId: string | null;
  /** Null: it has none. */
  readonly systemId: string | null;
  /** The instance above all, by which `systemId` is found; null if it has none. */
  readonly root: InstanceKey | null;
  readonly reportsSnapshots: boolean;
  /** The encoded input. */
  readonly input: string;
  /** The encoded state of a reducer; null for the other kinds. */
  readonly state: string | null;
}

/** What a reducer has come to. */
export interface ChildMove extends ChildRef {
  readonly state: string;
}

/** A message from one instance to another, or to itself. */
export interface MessageRecord {
  readonly from: InstanceKey;
  readonly to: InstanceKey;
  /** `event`: for the chart to take; `news`: of the child that `about` names; `stop`: the parent has left it. */
  readonly kind: "event" | "news" | "stop";
  readonly about: ChildRef | null;
  /** The encoded event. */
  readonly event: string;
  /** W3C trace context of what it was sent by, or null. */
  readonly traceparent: string | null;
}

export interface StoredMessage extends MessageRecord {
  /** Order of commits; no number is used again. Messages to one instance are taken in this order. */
  readonly position: number;
}

/** An action of the author's own that is to be performed. */
export interface ActionRecord {
  readonly type: string;
  /** The encoded params. */
  readonly params: string;
  /** The encoded context and event that it may look at, or null. */
  readonly seen: string | null;
  readonly idempotencyKey: string;
  /** W3C trace context of what it was asked by, or null. */
  readonly traceparent: string | null;
}

export interface StoredAction extends ActionRecord {
  /** Order of commits; no number is used again. Actions of one instance are performed in this order. */
  readonly position: number;
}

/** The part of a store that keeps what is between instances. */
export interface FamilyStore {
  /** Messages to an instance in order, at most `limit`. */
  readMessages(to: InstanceKey, limit: number): Promise<readonly StoredMessage[]>;

  /** Messages to all instances in order, those after a position (0: from the first), at most `limit`. */
  findMessages(page: { afterPosition: number; limit: number }): Promise<readonly StoredMessage[]>;

  /** Takes messages off that nobody can take any more. One that is gone is no error. */
  dropMessages(positions: readonly number[]): Promise<void>;

  /** Actions of an instance in order, at most `limit`. */
  readActions(of: InstanceKey, limit: number): Promise<readonly StoredAction[]>;

  /** Where actions are to be performed: their instances in order, those after a position, at most `limit` actions. */
  findActions(page: {
    afterPosition: number;
    limit: number;
  }): Promise<readonly (InstanceKey & { readonly position: number })[]>;

  /** Takes actions off that were performed, and writes what they sent, in one durable transaction. */
  finishActions(
    finished: readonly { readonly position: number; readonly sent: readonly MessageRecord[] }[],
  ): Promise<void>;

  /** Children that the process has to host, those after a position (0: from the first), at most `limit`. */
  findLiveChildren(page: {
    afterPosition: number;
    limit: number;
  }): Promise<readonly (InstanceKey & ChildRef & { readonly position: number })[]>;

  /** The instance that carries a `systemId` in the family of `root`; null if there is none. */
  findSystemId(root: InstanceKey, systemId: string): Promise<InstanceKey | null>;
}
