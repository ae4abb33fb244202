/**
 * The transport: one call, sent until it is answered. What the network lost, and what the server cannot take
 * now, is sent again under the same idempotency key, so that it is applied once.
 */
import { SagaHttpError, toHttpError, UNREACHABLE } from "./http-error.ts";

export type HeaderFields = Readonly<Record<string, string>>;

export interface TransportOptions {
  /** Where the routes are, such as `https://sagas.example/api`. */
  readonly baseUrl: string | URL;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Sent with every request; a function is asked before each, for tokens that expire. */
  readonly headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>);
  /** How often a call is sent again at most. Default 5. */
  readonly retriesMax?: number;
  /** Waits; a test gives its own. It rejects when the signal is aborted. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export type Query = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>;

export interface Call {
  readonly method: "GET" | "POST";
  /** Below the base, beginning with a slash. */
  readonly path: string;
  /** What is undefined is left out; a list stands as often as it has values. */
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Before the first retry, and at most; doubled in between, and shortened by chance so that not all come at once. */
const BACKOFF_MS = { first: 200, max: 10_000 } as const;
/** A server that asks for more is asked again all the same. */
const RETRY_AFTER_MS_MAX = 60_000;
const RETRIES_MAX = 5;

export class Transport {
  readonly #options: TransportOptions;
  readonly #base: string;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#base = String(options.baseUrl).replace(/\/+$/, "");
  }

  /** The answer, if it is a good one. @throws {SagaHttpError} */
  async send(call: Call): Promise<Response> {
    const { retriesMax = RETRIES_MAX } = this.#options;
    for (let retries = 0; ; retries += 1) {
      const tried = await this.#try(call);
      if (tried instanceof Response && tried.ok) return tried;
      const error = tried instanceof Response ? await toHttpError(tried) : tried;
      if (retries >= retriesMax || !isPassing(error)) throw error;
      const asked = tried instanceof Response ? retryAfterMs(tried) : null;
      await this.pause(asked ?? backoffMs(retries), call.signal);
    }
  }

  /** The body of a good answer. @throws {SagaHttpError} */
  async json(call: Call): Promise<{ status: number; body: unknown }> {
    const response = await this.send(call);
    return { status: response.status, body: await response.json() };
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    return (this.#options.sleep ?? sleep)(ms, signal);
  }

  async #try(call: Call): Promise<Response | SagaHttpError> {
    const { fetch: send = fetch } = this.#options;
    const init = await this.#initOf(call);
    try {
      return await send(this.#urlOf(call), init);
    } catch (cause) {
      call.signal?.throwIfAborted();
      return new SagaHttpError(`${this.#base} could not be reached`, {
        code: UNREACHABLE,
        status: 0,
        cause,
      });
    }
  }

  #urlOf({ path, query = {} }: Call): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of value === undefined ? [] : [value].flat()) search.append(name, String(one));
    }
    return `${this.#base}${path}${search.size === 0 ? "" : `?${search.toString()}`}`;
  }

  async #initOf({ method, headers: own = {}, body, signal }: Call): Promise<RequestInit> {
    const { headers: common = {} } = this.#options;
    const headers = new Headers(typeof common === "function" ? await common() : common);
    for (const [name, value] of Object.entries(own)) {
      if (value !== undefined) headers.set(name, value);
    }
    if (body !== undefined) headers.set("content-type", "application/json");
    return {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    };
  }
}

export function backoffMs(retries: number): number {
  const ms = Math.min(BACKOFF_MS.first * 2 ** retries, BACKOFF_MS.max);
  return ms / 2 + (Math.random() * ms) / 2;
}

function isPassing({ status }: SagaHttpError): boolean {
  return status === 0 || status === 429 || status === 503 || status === 507;
}

// RFC 9110, 10.2.3: seconds, or a date.
function retryAfterMs({ headers }: Response): number | null {
  const header = headers.get("retry-after");
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX);
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
