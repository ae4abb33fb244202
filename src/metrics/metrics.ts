/**
 * Metrics: what telemetry and the door tell, counted for Prometheus. `sagachart/metrics`.
 *
 * Labels are names that code gives: sagas, activities, routes. Never ids, so their number stays bounded.
 */
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { Telemetry } from "../runtime/telemetry.ts";
import { addGauges } from "./gauges.ts";
import type { Watched } from "./gauges.ts";
import { countTelemetry } from "./telemetry-counts.ts";

/** A request that was answered. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route as it is declared, such as `/sagas/:saga`, never the path that was asked for. */
  readonly route: string;
  readonly status: number;
  readonly tookMs: number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Counts for one process. Several of them know nothing of each other.
 *
 * @example
 * const metrics = new Metrics();
 * const runtime = await createRuntime({ store, sagas, telemetry: metrics.telemetry });
 * const server = buildServer({ runtime, metrics }); // GET /metrics
 */
export class Metrics {
  /** Counts what the runtime tells. It may be called by a function that does something else with it as well. */
  readonly telemetry: Telemetry;
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;
  #watched: Watched | null = null;

  constructor() {
    this.telemetry = countTelemetry(this.#registry);
    addGauges(this.#registry, () => this.#watched);
    this.#requests = new Histogram({
      name: "http_request_duration_seconds",
      help: "Requests that were answered, until the answer was sent.",
      labelNames: ["method", "route", "status"],
      buckets: SECONDS,
      registers: [this.#registry],
    });
  }

  /** Of the text that `render` makes. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Adds what Node knows of the process: memory, processor time, event loop, collections. Once a process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Has each rendering ask how the instances of a runtime stand, and whether it is ready. `buildServer` calls it. */
  watch(watched: Watched): void {
    this.#watched = watched;
  }

  /** Counts a request. `buildServer` calls it for each. */
  answered({ method, route, status, tookMs }: AnsweredRequest): void {
    this.#requests.observe({ method, route, status }, tookMs / 1_000);
  }

  /** All of them in Prometheus' text format. How instances stand is left out while the store cannot be read. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }
}
