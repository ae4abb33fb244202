/**
 * The client: a Sagachart server from elsewhere, with the types of its sagas. It runs where there is `fetch`, in
 * browsers as in Node, and brings nothing with it.
 *
 * @example
 * import type { orderSaga } from "./sagas/order.ts";
 *
 * const client = createClient<{ order: typeof orderSaga }>({ baseUrl: "http://localhost:3000" });
 * await client.start("order", { id: "o-1", input });
 * await client.send("order", "o-1", { type: "saga.cancel", reason: "changed her mind" });
 */
import type { AnySaga } from "../saga/define.ts";
import type { EventOf, InputOf } from "../saga/shape.ts";
import type {
  Condition,
  FoundInstance,
  Instance,
  JournalPage,
  SearchPage,
  StreamedEntry,
} from "./answers.ts";
import { follow } from "./event-stream.ts";
import { Transport } from "./transport.ts";
import type { Query, TransportOptions } from "./transport.ts";
import { waitFor } from "./waiting.ts";

export { SagaHttpError } from "./http-error.ts";
export type { Condition, FoundInstance, Instance, JournalPage, SearchPage, StreamedEntry };
export type { AsJson, JournalEntry } from "./answers.ts";
export type { EventOf, InputOf } from "../saga/shape.ts";

export type ClientOptions = TransportOptions;

/** The sagas of a server by their names: types only, nothing of them is needed at run time. */
export type Sagas = Readonly<Record<string, AnySaga>>;

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface KeyOptions extends CallOptions {
  /** Names the request, so that it is applied once however often it is sent. Without one the client makes one up for each call. */
  readonly idempotencyKey?: string;
}

export interface StartOptions<Input> extends KeyOptions {
  /** Without one it is derived from the idempotency key. */
  readonly id?: string;
  readonly input: Input;
  /** For search. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly correlationId?: string;
}

export interface SearchOptions extends CallOptions {
  readonly saga?: string;
  readonly version?: number;
  readonly phase?: Instance["phase"] | readonly Instance["phase"][];
  readonly state?: string;
  readonly tag?: string;
  /** Whether an operator holds it still. */
  readonly suspended?: boolean;
  /** Whether it is in quarantine. */
  readonly quarantined?: boolean;
  /** Beginning of the id. */
  readonly q?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** ISO 8601, inclusive. */
  readonly startedAfter?: string;
  /** ISO 8601, exclusive. */
  readonly startedBefore?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface OperationRequest {
  readonly operation:
    | "cancel"
    | "retry"
    | "skip"
    | "suspend"
    | "resume"
    | "terminate"
    | "redeliver"
    | "release";
  /** For the journal. */
  readonly reason: string;
  /** Who asks. */
  readonly by?: string;
  /** `terminate` needs it: what was done stays done; so does `release` of what is still damaged. */
  readonly force?: boolean;
}

/** Every call may fail with a `SagaHttpError`. One that is applied once is sent again by itself if it got lost. */
export interface Client<Known extends Sagas> {
  /** Starts an instance; the same start again gives it as it is. Its effects are not awaited. */
  start<Name extends keyof Known & string>(
    saga: Name,
    options: StartOptions<InputOf<Known[Name]>>,
  ): Promise<Instance<Known[Name]>>;

  /** Sends an event; resolves with the instance once the transition is durable. */
  send<Name extends keyof Known & string>(
    saga: Name,
    id: string,
    event: EventOf<Known[Name]>,
    options?: KeyOptions,
  ): Promise<Instance<Known[Name]>>;

  get<Name extends keyof Known & string>(
    saga: Name,
    id: string,
    options?: CallOptions,
  ): Promise<Instance<Known[Name]>>;

  /** A page of committed events, those after revision `after`. */
  journal(
    saga: keyof Known & string,
    id: string,
    options?: CallOptions & { readonly after?: number; readonly limit?: number },
  ): Promise<JournalPage>;

  /**
   * Resolves with the instance as soon as the condition is met, at once if it is. Fails with
   * `SAGA_WAIT_TIMEOUT` after `timeoutMs` (default 30,000), with `SAGA_INSTANCE_ENDED` if it ended otherwise.
   */
  waitFor<Name extends keyof Known & string>(
    saga: Name,
    id: string,
    condition: Condition,
    options?: CallOptions & { readonly timeoutMs?: number },
  ): Promise<Instance<Known[Name]>>;

  /**
   * Committed events of an instance as they come, those after `after`, or from now on. It goes on where it was
   * when a connection is lost, and ends only with the loop over it or its signal.
   */
  stream(
    saga: keyof Known & string,
    id: string,
    options?: CallOptions & { readonly after?: string | number },
  ): AsyncGenerator<StreamedEntry, void, undefined>;

  /** A page of instances, of all sagas or of one. */
  search(options?: SearchOptions): Promise<SearchPage>;

  /** An operator's action, journaled with its reason. */
  operate<Name extends keyof Known & string>(
    saga: Name,
    id: string,
    request: OperationRequest,
    options?: KeyOptions,
  ): Promise<Instance<Known[Name]>>;
}

export function createClient<Known extends Sagas>(options: ClientOptions): Client<Known> {
  const transport = new Transport(options);
  // What comes is what the server says; the types say which saga it was asked for.
  const ask = async (call: Parameters<Transport["json"]>[0]): Promise<never> =>
    (await transport.json(call)).body as never;

  return {
    start: (saga, { idempotencyKey = newKey(), correlationId, signal, ...body }) =>
      ask({
        method: "POST",
        path: pathOf(saga),
        headers: { "idempotency-key": idempotencyKey, "x-correlation-id": correlationId },
        body,
        signal,
      }),

    send: (saga, id, event, { idempotencyKey = newKey(), signal } = {}) =>
      ask({
        method: "POST",
        path: `${pathOf(saga, id)}/events`,
        headers: { "idempotency-key": idempotencyKey },
        body: event,
        signal,
      }),

    get: (saga, id, { signal } = {}) => ask({ method: "GET", path: pathOf(saga, id), signal }),

    journal: (saga, id, { signal, ...query } = {}) =>
      ask({ method: "GET", path: `${pathOf(saga, id)}/journal`, query, signal }),

    waitFor: async (saga, id, condition, { timeoutMs, signal } = {}) => {
      const call = { method: "GET", path: pathOf(saga, id), signal } as const;
      return waitFor(transport, call, { condition, timeoutMs });
    },

    stream: (saga, id, { signal, after } = {}) => {
      const call = { method: "GET", path: `${pathOf(saga, id)}/stream`, signal } as const;
      return streamOf(transport, call, after === undefined ? undefined : String(after));
    },

    search: ({ signal, ...filter } = {}) =>
      ask({ method: "GET", path: "/instances", query: toQuery(filter), signal }),

    operate: (saga, id, request, { idempotencyKey = newKey(), signal } = {}) =>
      ask({
        method: "POST",
        path: `${pathOf(saga, id)}/operations`,
        headers: { "idempotency-key": idempotencyKey },
        body: request,
        signal,
      }),
  };
}

// Made up once for a call, before it is first sent.
function newKey(): string {
  return crypto.randomUUID();
}

function pathOf(saga: string, id?: string): string {
  const instances = `/sagas/${encodeURIComponent(saga)}/instances`;
  return id === undefined ? instances : `${instances}/${encodeURIComponent(id)}`;
}

function toQuery({ attributes = {}, ...query }: Omit<SearchOptions, "signal">): Query {
  const named = Object.entries(attributes).map(([name, value]) => [`attribute.${name}`, value]);
  return { ...query, ...(Object.fromEntries(named) as Query) };
}

async function* streamOf(
  transport: Transport,
  call: Parameters<typeof follow>[1],
  after: string | undefined,
): AsyncGenerator<StreamedEntry, void, undefined> {
  for await (const { id, event, data } of follow(transport, call, after)) {
    // Of others, such as that the server drops the stream, the transport takes care.
    if (event !== "transition") continue;
    yield { position: id, ...(JSON.parse(data) as Omit<StreamedEntry, "position">) };
  }
}
