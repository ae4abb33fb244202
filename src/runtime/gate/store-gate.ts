/**
 * The gate before the store: shut while it takes nothing, because its disk is full or another program holds it.
 *
 * Who comes from outside is refused at once then, with what the store said; who comes from inside waits. Nothing is
 * begun whose result could not be kept. A probe by the clock finds out when the store takes something again, so that
 * it goes on by itself.
 */
import type { Cancel, Clock } from "../../clock.ts";
import { SagaError } from "../../errors.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import type { Telemetry } from "../telemetry.ts";

export interface StoreGateOptions {
  readonly store: Pick<Store, "probe">;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The store takes something again. */
  readonly onOpened: () => void;
}

/** Between two probes. Space that was made should help at once, and a probe costs a write. */
const PROBE_MS = 1_000;

/** Whether the store will take it later. */
export function isPassing(error: unknown): error is SagaError {
  return error instanceof SagaError && passing.has(error.code);
}

const passing: ReadonlySet<ErrorCode> = new Set(["SAGA_STORE_FULL", "SAGA_STORE_BUSY"]);

export class StoreGate {
  readonly #options: StoreGateOptions;
  #shut: { readonly error: SagaError; readonly sinceMs: number } | null = null;
  #waiting: (() => void)[] = [];
  #cancel: Cancel | null = null;
  #isClosed = false;

  constructor(options: StoreGateOptions) {
    this.#options = options;
  }

  /** Why the store takes nothing now, or null. */
  get shut(): SagaError | null {
    return this.#shut?.error ?? null;
  }

  /** Resolves when the gate is open. */
  async opened(): Promise<void> {
    if (this.#shut === null) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hears of each error of the store; the first that will pass shuts the gate. */
  failed(error: unknown): void {
    if (!isPassing(error) || this.#shut !== null || this.#isClosed) return;
    const { clock, telemetry } = this.#options;
    this.#shut = { error, sinceMs: clock.monotonic() };
    telemetry({ kind: "shut", error });
    this.#probeLater();
  }

  /** Stays open from now on: whoever closes refuses what comes. */
  close(): void {
    this.#isClosed = true;
    this.#shut = null;
    this.#cancel?.();
    this.#letGo();
  }

  #probeLater(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.clock.schedule(PROBE_MS, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    try {
      await this.#options.store.probe?.();
    } catch {
      // Whatever it is: as long as the store takes nothing, it stays as it was told. A disk that fails
      // for good shows itself at the next commit, whose outcome is somebody's.
      this.#probeLater();
      return;
    }
    if (this.#shut === null) return;
    const { clock, telemetry, onOpened } = this.#options;
    const { sinceMs } = this.#shut;
    this.#shut = null;
    telemetry({ kind: "opened", afterMs: clock.monotonic() - sinceMs });
    this.#letGo();
    onOpened();
  }

  #letGo(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
