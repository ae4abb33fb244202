/** How things stand when they are asked for: instances, readiness, warnings, and those who wait or follow. */
import { Gauge } from "prom-client";
import type { Registry } from "prom-client";
import type { Runtime, StoreRemark } from "../runtime/runtime.ts";

/** What is asked: a runtime, and what else there is against sending it something. */
export interface Watched {
  readonly runtime: Pick<Runtime, "counts" | "following" | "unreadiness" | "waiting" | "warnings">;
  readonly reasons: () => readonly StoreRemark[];
}

interface Standing {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

interface GaugeDescription {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly look: (watched: Watched) => readonly Standing[] | Promise<readonly Standing[]>;
}

const gauges: readonly GaugeDescription[] = [
  {
    name: "saga_instances",
    help: "Instances that there are.",
    labelNames: ["saga", "version", "phase"],
    look: instancesOf,
  },
  {
    name: "saga_ready",
    help: "1 while the runtime takes events, 0 while /health/ready says why it does not.",
    labelNames: [],
    look: ({ runtime, reasons }) => [
      one(runtime.unreadiness().length + reasons().length === 0 ? 1 : 0),
    ],
  },
  {
    name: "saga_warnings",
    help: "What /health/ready warns of: how many, or 1.",
    labelNames: ["code"],
    look: ({ runtime }) =>
      runtime.warnings().map(({ code, count = 1 }) => ({ labels: { code }, value: count })),
  },
  {
    name: "saga_waiters",
    help: "Callers that wait for an instance.",
    labelNames: [],
    look: ({ runtime }) => [one(runtime.waiting)],
  },
  {
    name: "saga_followers",
    help: "Streams of committed events that are open.",
    labelNames: [],
    look: ({ runtime }) => [one(runtime.following)],
  },
];

/** Registers them. All are 0, or without a label, as long as `watched` gives null. */
export function addGauges(registry: Registry, watched: () => Watched | null): void {
  for (const { name, help, labelNames, look } of gauges) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers: [],
        async collect() {
          this.reset();
          const now = watched();
          if (now === null) return;
          for (const { labels, value } of await look(now)) this.set(labels, value);
        },
      }),
    );
  }
}

function one(value: number): Standing {
  return { labels: {}, value };
}

/** Whoever stands in the same phase of a version, in whatever state. None while the store cannot be read. */
async function instancesOf({ runtime }: Watched): Promise<readonly Standing[]> {
  const counts = await runtime.counts().catch(() => []);
  const standing = new Map<string, Standing>();
  for (const { saga, version, phase, instances } of counts) {
    const name = `${saga} ${version} ${phase}`;
    const value = (standing.get(name)?.value ?? 0) + instances;
    standing.set(name, { labels: { saga, version, phase }, value });
  }
  return [...standing.values()];
}
