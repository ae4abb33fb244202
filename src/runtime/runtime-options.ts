/** What a runtime is opened with, and what may be said with a start or an event. */
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { AnySaga } from "../saga/define.ts";
import type { Store } from "../store/store.ts";
import type { Telemetry } from "./telemetry.ts";
import type { WaitOptions } from "./readers/wait-after.ts";

export interface RuntimeOptions {
  /** Belongs to the runtime from now on; `close` closes it. */
  readonly store: Store;
  readonly sagas: readonly AnySaga[];
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears what the runtime does. It must not throw. */
  readonly telemetry?: Telemetry;
  /** How long an attempt may be lost before it is made again by another process; prolonged while it runs. Default 30,000. */
  readonly leaseMs?: number;
  /** Attempts at the same time. Default 1,000; the others wait in the outbox. */
  readonly attemptsMax?: number;
  /**
   * How long a store that another program holds is asked again before what is sent is refused with SAGA_STORE_BUSY.
   * Default 2,000.
   */
  readonly storePatienceMs?: number;
  /**
   * How long an instance is kept after its end (its last commit), ms; then it is deleted with its journal, its
   * answers and its children, and its id is free again. At least 1,000. Default null: for ever.
   */
  readonly retentionMs?: number | null;
  /**
   * For development: an assign that changes its context, instead of returning a new one, throws. Default false, since
   * it costs a look at all that is new in a context.
   */
  readonly freezeContext?: boolean;
}

export interface StartOptions<Input> extends WaitOptions {
  /** 1-200 characters. Without one the runtime makes one up. */
  readonly instanceId?: string;
  readonly input: Input;
  /** Visible ASCII, 1-200 characters; given to every activity and log line. Without one the runtime makes one up. */
  readonly correlationId?: string;
  /** W3C trace context, given to activities; one that is not valid is ignored. */
  readonly traceparent?: string;
  /** For search. At most 20, each of 1-200 characters. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface SendOptions extends WaitOptions {
  /** Names the event, so that it is applied once however often it is sent. 1-200 characters. */
  readonly eventId?: string;
  /** W3C trace context, given to the activities that the event starts; one that is not valid is ignored. */
  readonly traceparent?: string;
}
