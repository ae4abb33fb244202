/** Samples: what a check or a test needs to know of the world that a chart alone does not tell. */

/** What the world says, by example. */
export interface Samples {
  /** Input of an instance, as its schema takes it. */
  readonly input: unknown;
  /** By name of the activity, what it gives when all goes well: a value, or a pure function of its input. Default undefined. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What attempts are rejected with. Default: an error whose `kind` is `rejected`, one whose `kind` is `unknown`. */
  readonly errors?: { readonly rejected: unknown; readonly transient: unknown };
  /** By type, payloads of events from outside, without their type. Default: one, empty. */
  readonly events?: Readonly<Record<string, readonly object[]>>;
}
