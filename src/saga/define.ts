/**
 * What a saga is: a chart, the activities behind its effects, what undoes them, and the schemas of what
 * comes in. `defineSaga` checks with types what types can tell; `lint.ts` checks the rest at registration.
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { fromPromise } from "xstate";
import type {
  AnyStateMachine,
  CallbackActorLogic,
  EventFrom,
  InputFrom,
  NonReducibleUnknown,
  OutputFrom,
  PromiseActorLogic,
  StateMachine,
} from "xstate";
import { SagaError } from "../errors.ts";
import { withRoutes } from "./route.ts";
import type { TransactionalActivity } from "./transactional.ts";

/** Where an activity writes what happened; each line carries the ids of its instance and attempt. */
export interface ActivityLog {
  debug(facts: object, text?: string): void;
  info(facts: object, text?: string): void;
  warn(facts: object, text?: string): void;
  error(facts: object, text?: string): void;
}

/** What an activity is called with. */
export interface ActivityArguments<Input> {
  readonly input: Input;
  /** Name of the operation, the same on every attempt: pass it on to the service that does the work. */
  readonly idempotencyKey: string;
  /** Which attempt of the operation this is, counts from 1; one repeated after a crash keeps its number. */
  readonly attempt: number;
  /** Aborted when the chart leaves the activity's state, or the process stops. */
  readonly signal: AbortSignal;
  readonly correlationId: string;
  /** W3C trace context to pass on: of the event that started the activity, else of the start; null if neither had one. */
  readonly traceparent: string | null;
  readonly log: ActivityLog;
}

/** The work behind an effect. It may run more than once, always with the same key; a rejection is the chart's business. */
export type Activity<Input, Output> = (activity: ActivityArguments<Input>) => Promise<Output>;

/**
 * Declares an activity in `setup({ actors })`, by the types of its input and its output.
 *
 * @example
 * setup({ actors: { chargePayment: activity<ChargeInput, { paymentId: string }>() } })
 */
export function activity<Input extends NonReducibleUnknown, Output>(): PromiseActorLogic<
  Output,
  Input
> {
  return fromPromise<Output, Input>(() =>
    Promise.reject(
      new Error("an activity runs in a saga runtime; give its function to defineSaga"),
    ),
  );
}

/** What an action is called with. */
export interface ActionArguments<Params> extends Omit<
  ActivityArguments<never>,
  "input" | "attempt"
> {
  readonly params: Params;
}

/** The work behind an action of a chart. It may run more than once, always with the same key; it is repeated until it succeeds. */
export type Action<Params> = (action: ActionArguments<Params>) => void | Promise<void>;

/**
 * Declares an action in `setup({ actions })`, by the type of its params.
 *
 * @example
 * setup({ actions: { tellWarehouse: action<{ orderId: string }>() } })
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is given by name, and setup infers from it
export function action<Params>(): (facts: unknown, params: Params) => void {
  return () => {
    throw new Error("an action runs in a saga runtime; give its function to defineSaga");
  };
}

// The one place that names XState's type parameters: the fourth is the union of the chart's actors, the fifth of its actions.
/* oxlint-disable typescript/no-explicit-any -- the parameters that do not matter here are invariant */
type ActorOf<Machine extends AnyStateMachine> =
  // prettier-ignore
  Machine extends StateMachine<any, any, any, infer Actor, any, any, any, any, any, any, any, any, any, any>
    ? Actor
    : never;

type ActionOf<Machine extends AnyStateMachine> =
  // prettier-ignore
  Machine extends StateMachine<any, any, any, any, infer Drawn, any, any, any, any, any, any, any, any, any>
    ? Drawn
    : never;

type SourceOf<Actor, Logic> = Actor extends { src: infer Name; logic: infer Own }
  ? Own extends Logic
    ? Name
    : never
  : never;

/** Names of the chart's activities: its promises. To the compiler a callback is a promise of nothing as well. */
export type ActivityName<Machine extends AnyStateMachine> = Exclude<
  SourceOf<ActorOf<Machine>, PromiseActorLogic<any, any, any>>,
  SourceOf<ActorOf<Machine>, CallbackActorLogic<any, any, any>>
>;

/** Names of the chart's child machines. */
export type ChildName<Machine extends AnyStateMachine> = SourceOf<
  ActorOf<Machine>,
  AnyStateMachine
>;
/* oxlint-enable typescript/no-explicit-any */

type LogicOf<Machine extends AnyStateMachine, Name> = Extract<
  ActorOf<Machine>,
  { src: Name }
>["logic"];

/**
 * One function for each activity of the chart, with the chart's own types. The first part tells the compiler the
 * types of parameters before it knows the chart, the second which functions must be there.
 */
export type Activities<Machine extends AnyStateMachine> = {
  readonly [Name in ActorOf<Machine>["src"]]?: ActivityOf<Machine, Name>;
} & { readonly [Name in ActivityName<Machine>]: ActivityOf<Machine, Name> };

type ActivityOf<Machine extends AnyStateMachine, Name> = Activity<
  InputFrom<LogicOf<Machine, Name>>,
  OutputFrom<LogicOf<Machine, Name>>
>;

/** The same as transactional activities. */
export type TransactionalActivities<Machine extends AnyStateMachine> = {
  readonly [Name in ActivityName<Machine>]: TransactionalOf<Machine, Name>;
};

type TransactionalOf<Machine extends AnyStateMachine, Name> = TransactionalActivity<
  InputFrom<LogicOf<Machine, Name>>,
  OutputFrom<LogicOf<Machine, Name>>
>;

/** Each activity as a function or as a transaction. */
export type AnyActivities<Machine extends AnyStateMachine> = {
  readonly [Name in ActorOf<Machine>["src"]]?:
    | ActivityOf<Machine, Name>
    | TransactionalOf<Machine, Name>;
} & {
  readonly [Name in ActivityName<Machine>]:
    | ActivityOf<Machine, Name>
    | TransactionalOf<Machine, Name>;
};

/** Functions for actions of the chart, in place of those that it draws itself. */
export type Actions<Machine extends AnyStateMachine> = {
  readonly [Name in ActionOf<Machine>["type"]]?: Action<
    Extract<ActionOf<Machine>, { type: Name }>["params"]
  >;
};

/** What a child machine needs to run, as its parent's definition gives it. A whole saga of that machine will do. */
export interface ChildDefinition<Machine extends AnyStateMachine> {
  readonly activities?: AnyActivities<Machine>;
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- empty only for a chart of no activities
  readonly compensations?: Compensations<Machine>;
  readonly actions?: Actions<Machine>;
  readonly children?: Children<Machine>;
  readonly events?: EventSchemas<Machine>;
  readonly parks?: readonly ClientEvent<Machine>["type"][];
  /** Of activities alone: a child never waits to begin. */
  readonly limits?: Pick<Limits<Machine>, "activities">;
}

/** By name, the definitions of the chart's child machines. One that has no activities needs none. */
export type Children<Machine extends AnyStateMachine> = {
  readonly [Name in ChildName<Machine>]?: LogicOf<Machine, Name> extends infer Child extends
    AnyStateMachine
    ? ChildDefinition<Child>
    : never;
};

/** For each activity with an effect to undo the activity that undoes it; null: cannot be undone. */
export type Compensations<Machine extends AnyStateMachine> = {
  readonly [Name in ActorOf<Machine>["src"]]?: ActorOf<Machine>["src"] | null;
};

/** The events of the chart's own that may come from outside. */
type OwnEvent<Machine extends AnyStateMachine> = Exclude<
  EventFrom<Machine>,
  { type: `xstate.${string}` }
>;

/** The events that may come from outside: those of the chart's own, and its routes. */
export type ClientEvent<Machine extends AnyStateMachine> =
  | OwnEvent<Machine>
  | Extract<EventFrom<Machine>, { type: "xstate.route" }>;

/** For each event a schema of its payload: the event without `type`. */
export type EventSchemas<Machine extends AnyStateMachine> = {
  readonly [Type in OwnEvent<Machine>["type"]]?: StandardSchemaV1<
    unknown,
    Omit<Extract<OwnEvent<Machine>, { type: Type }>, "type">
  >;
};

/** How many of a kind may be on their way, for each key by itself. What has no room waits in order. */
export interface Limit<Facts> {
  /** Whatever shares the limit: a customer, a bank, a constant. It must be pure. */
  readonly key: (facts: Facts) => string;
  /** At most so many at a time: a positive integer. */
  readonly atOnce?: number;
  /** At most so many begin in any second: a positive integer. */
  readonly perSecond?: number;
}

export interface Limits<Machine extends AnyStateMachine> {
  /** By name of the activity: attempts of it. */
  readonly activities?: {
    readonly [Name in ActorOf<Machine>["src"]]?: Limit<{
      readonly input: InputFrom<LogicOf<Machine, Name>>;
    }>;
  };
  /** Instances: one that has no room is kept, and begins in its turn. */
  readonly instances?: Limit<{
    readonly input: InputFrom<Machine>;
    readonly attributes: Readonly<Record<string, string>>;
  }>;
}

export interface SagaDefinition<Machine extends AnyStateMachine> {
  /** Lower case letters, digits and hyphens, from a letter on, at most 64. Part of URLs and idempotency keys. */
  readonly name: string;
  /** A positive integer. An instance stays on the version that it was started with. */
  readonly version: number;
  readonly machine: Machine;
  readonly activities: AnyActivities<Machine>;
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- empty only for a chart of no activities
  readonly compensations?: Compensations<Machine>;
  /** By name, functions for actions of the chart; those of the chart itself serve where there is none. */
  readonly actions?: Actions<Machine>;
  /** By name, what the chart's child machines need to run. */
  readonly children?: Children<Machine>;
  /** Any Standard Schema (Zod, Valibot, ArkType); without one the input is taken as it comes. */
  readonly input?: StandardSchemaV1<unknown, InputFrom<Machine>>;
  /** Events without a schema are taken as they come. */
  readonly events?: EventSchemas<Machine>;
  /**
   * Events that may come early: one that no transition takes yet is kept, and delivered once, in the order of
   * arrival, when a state takes it. Any other is refused.
   */
  readonly parks?: readonly OwnEvent<Machine>["type"][];
  readonly limits?: Limits<Machine>;
}

/** A defined saga, of any chart. */
export interface AnySaga {
  readonly name: string;
  readonly version: number;
  readonly machine: AnyStateMachine;
  readonly activities: Readonly<
    Record<string, Activity<never, unknown> | TransactionalActivity<never, unknown>>
  >;
  readonly compensations: Readonly<Record<string, string | null>>;
  readonly actions: Readonly<Record<string, Action<never>>>;
  /** By the name of its logic, what a child machine needs to run. */
  readonly children: Readonly<Record<string, AnyChildDefinition>>;
  /** The name of the saga whose chart starts its instances; null: they are started from outside. */
  readonly childOf: string | null;
  readonly input: StandardSchemaV1 | null;
  readonly events: Readonly<Record<string, StandardSchemaV1>>;
  /** Types of the events that are kept when they come early. */
  readonly parks: readonly string[];
  readonly limits: {
    /** By name of the activity. */
    readonly activities: Readonly<Record<string, Limit<{ readonly input: never }>>>;
    readonly instances: Limit<{
      readonly input: never;
      readonly attributes: Readonly<Record<string, string>>;
    }> | null;
  };
}

export type AnyChildDefinition = Partial<
  Pick<
    AnySaga,
    "activities" | "compensations" | "actions" | "children" | "events" | "parks" | "limits"
  >
>;

/** A defined saga with the types of its chart. */
export interface Saga<Machine extends AnyStateMachine = AnyStateMachine> extends AnySaga {
  readonly machine: Machine;
}

const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Defines a saga. The definition is frozen and runs nothing; give it to `createRuntime`.
 *
 * @throws {SagaError} SAGA_DEFINITION_INVALID if the name or the version cannot be one.
 */
export function defineSaga<const Machine extends AnyStateMachine>(
  definition: SagaDefinition<Machine>,
): Saga<Machine> {
  const { name, version, machine } = definition;
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new SagaError(
      "SAGA_DEFINITION_INVALID",
      `saga name ${JSON.stringify(name)} is not 1-64 of a-z, 0-9 and "-", beginning with a letter`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new SagaError(
      "SAGA_DEFINITION_INVALID",
      `saga "${name}" has version ${String(version)}; give a positive integer`,
    );
  }
  return Object.freeze({
    name,
    version,
    machine,
    activities: Object.freeze({ ...definition.activities }) as AnySaga["activities"],
    compensations: Object.freeze({ ...definition.compensations }) as AnySaga["compensations"],
    actions: Object.freeze({ ...definition.actions }) as AnySaga["actions"],
    children: Object.freeze({ ...definition.children }) as AnySaga["children"],
    childOf: null,
    input: definition.input ?? null,
    events: Object.freeze({
      ...withRoutes(definition.events as AnySaga["events"], machine),
    }),
    parks: Object.freeze([...(definition.parks ?? [])]),
    limits: Object.freeze({
      activities: Object.freeze({ ...definition.limits?.activities }),
      instances: definition.limits?.instances ?? null,
    }) as AnySaga["limits"],
  });
}
