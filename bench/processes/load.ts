/** A process that loads: autocannon with requests made up before, and latencies in microseconds. */
import { createHistogram, performance } from "node:perf_hooks";
import autocannon from "autocannon";
import { answerCalls } from "../harness/child.ts";

export interface LoadOptions {
  readonly url: string;
  readonly paths: readonly string[];
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Requests of all connections together; left out: as many as are answered. */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Answers other than 2xx, errors and timeouts. */
  readonly failed: number;
}

const LATENCY_MICROSECONDS_MAX = 60_000_000;

answerCalls({
  async load(options: LoadOptions): Promise<LoadResult> {
    const took = createHistogram({ lowest: 1, highest: LATENCY_MICROSECONDS_MAX, figures: 3 });
    const begunAt = performance.now();
    const { non2xx, errors, timeouts } = await fire(options, (tookMs) => {
      took.record(Math.max(1, Math.round(tookMs * 1_000)));
    });
    const tookSeconds = (performance.now() - begunAt) / 1_000;
    const at = (percent: number): number => took.percentile(percent) / 1_000;
    return {
      requests: took.count,
      requestsPerSecond: took.count / tookSeconds,
      p50Ms: at(50),
      p99Ms: at(99),
      p999Ms: at(99.9),
      failed: non2xx + errors + timeouts,
    };
  },
});

async function fire(
  { url, paths, body, headers, connections, seconds, perSecond }: LoadOptions,
  onAnswer: (tookMs: number) => void,
): Promise<autocannon.Result> {
  let begun = 0;
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections,
        duration: seconds,
        ...(perSecond !== undefined && { overallRate: perSecond }),
        setupClient(client) {
          // Each connection has instances of its own, so that no two of them send to the same one.
          const own = paths.filter((_, index) => index % connections === begun % connections);
          begun += 1;
          client.setRequests(
            own.map((path) => ({ method: "POST", path, body, headers: { ...headers } })),
          );
        },
      },
      (error, result) => (error ? reject(error as Error) : resolve(result)),
    );
    instance.on("response", (_client, _status, _bytes, tookMs) => onAnswer(tookMs));
  });
}
