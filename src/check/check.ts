/**
 * `sagachart/check`: proves what a saga claims, by looking at everything that can happen to it.
 *
 * It explores where an instance may stand × its timers × its attempts, live and left × the effects that are
 * really in place, on the steps that the runtime runs. What it finds comes with a shortest way to it.
 */
import { systemClock } from "../clock.ts";
import { eventVerdicts } from "../saga/accepts.ts";
import { toChart } from "../saga/chart.ts";
import type { AnySaga } from "../saga/define.ts";
import { boundsOf } from "./bounds.ts";
import { isActive } from "./configuration.ts";
import { coverageOf, judgeCoverage } from "./coverage.ts";
import { explore } from "./explore.ts";
import type { Exploration, Found } from "./explore.ts";
import { judgeGraph } from "./judge-graph.ts";
import type { Verdict } from "./judge.ts";
import { CONFIGURATIONS_MAX, worlds } from "./options.ts";
import type { CheckOptions, Waiver, World } from "./options.ts";
import { properties, propertyNames } from "./property.ts";
import type { CheckFinding, CheckReport, WorldReport } from "./report.ts";
import { toSubject } from "./subject.ts";
import type { Subject } from "./subject.ts";
import { Turns } from "./turn.ts";
import { witnessOf } from "./witness.ts";

export { always, never } from "./rule.ts";
export { oneOf } from "./samples.ts";
export { properties } from "./property.ts";
export { worlds } from "./options.ts";
export { renderReport } from "./render.ts";
export { toGithubAnnotations } from "./annotations.ts";
export { toSarif } from "./sarif.ts";
export type { Bound, Bounds } from "./bounds.ts";
export type { Coverage, Part } from "./coverage.ts";
export type { AttemptOutcome, Move } from "./move.ts";
export type { CheckOptions, Waiver, World } from "./options.ts";
export type { PropertyName, Severity } from "./property.ts";
export type {
  CheckFinding,
  CheckReport,
  Place,
  Witness,
  WitnessStep,
  WorldReport,
} from "./report.ts";
export type { Condition, Rule, When } from "./rule.ts";
export type { Samples, WorldFacts } from "./samples.ts";

/**
 * Checks a saga in all worlds.
 *
 * @throws {SagaError} SAGA_CHART_INVALID if the saga cannot be made durable; SAGA_CHECK_INVALID if an option is none;
 * SAGA_INPUT_INVALID if the sample input does not pass the saga's schema.
 *
 * @example
 * const report = check(orderSaga, { samples: { input, outputs: { chargePayment: { paymentId: "p-1" } } } });
 * for (const line of renderReport(report)) console.log(line);
 */
export function check(saga: AnySaga, options: CheckOptions): CheckReport {
  const subject = toSubject(saga, options);
  const findings = new Findings();
  const { reports, bounds } = exploreAll(subject, options, findings);
  const isComplete = !subject.isShrunk && reports.every(({ cutOff }) => cutOff.length === 0);
  if (isComplete) for (const verdict of judgeCoverage(subject)) findings.addUnseen(verdict);

  return {
    saga: saga.name,
    version: saga.version,
    ...waive(findings.list(), options.waivers ?? []),
    worlds: reports,
    coverage: coverageOf(subject),
    bounds,
    fates: eventVerdicts(toChart(saga)),
    notExplored: [
      ...subject.notExplored,
      ...subject.ignoreContext.map((field) => `differences in \`${field}\` of the context`),
      ...(isComplete ? [] : ["whether all that is drawn can happen, since something is left out"]),
    ],
  };
}

function exploreAll(
  subject: Subject,
  options: CheckOptions,
  findings: Findings,
): { reports: readonly WorldReport[]; bounds: CheckReport["bounds"] } {
  const { clock = systemClock, configurationsMax = CONFIGURATIONS_MAX } = options;
  const asked = options.worlds ?? worlds;
  const turns = new Turns(subject);
  const reports: WorldReport[] = [];
  let bounds: CheckReport["bounds"] = null;
  for (const world of worlds.filter((each) => asked.includes(each))) {
    const begun = clock.monotonic();
    const exploration = explore(subject, turns, { world, configurationsMax });
    for (const found of [...exploration.found, ...judgeGraph(subject, exploration)]) {
      findings.add(subject, exploration, found);
    }
    bounds ??= boundsOf(exploration, Object.keys(subject.saga.activities));
    reports.push(toWorldReport(exploration, clock.monotonic() - begun));
  }
  return { reports, bounds };
}

class Findings {
  readonly #found = new Map<string, CheckFinding>();

  add(subject: Subject, exploration: Exploration, found: Found): void {
    const { world } = exploration;
    const known = this.#found.get(keyOf(found));
    // A way that is shorter in a worse world is not easier to read.
    if (known !== undefined) {
      this.#found.set(keyOf(found), { ...known, worlds: [...known.worlds, world] });
      return;
    }
    this.#put(found, [world], witnessOf(subject, exploration, found));
  }

  /** What did not happen in any world. */
  addUnseen(verdict: Verdict): void {
    this.#put(verdict, [], null);
  }

  list(): readonly CheckFinding[] {
    return [...this.#found.values()].toSorted((a, b) => rank(a) - rank(b));
  }

  #put(
    { property, place, message }: Verdict,
    inWorlds: readonly World[],
    witness: CheckFinding["witness"],
  ): void {
    const { severity } = properties[property];
    const finding = { property, severity, place, message, worlds: inWorlds, witness };
    this.#found.set(keyOf(finding), finding);
  }
}

function rank({ property }: CheckFinding): number {
  return propertyNames.indexOf(property);
}

function keyOf({ property, place }: Verdict): string {
  return `${property} ${place}`;
}

function waive(
  all: readonly CheckFinding[],
  waivers: readonly Waiver[],
): Pick<CheckReport, "ok" | "findings" | "waived" | "unusedWaivers"> {
  const waiverOf = (finding: CheckFinding): Waiver | undefined =>
    waivers.find(({ property, place }) => property === finding.property && place === finding.place);
  const findings = all.filter((finding) => waiverOf(finding) === undefined);
  return {
    ok: findings.every(({ severity }) => severity !== "error"),
    findings,
    waived: all.flatMap((finding) => {
      const waiver = waiverOf(finding);
      return waiver === undefined ? [] : [{ finding, reason: waiver.reason }];
    }),
    unusedWaivers: waivers.filter((waiver) => !all.some((finding) => waiverOf(finding) === waiver)),
  };
}

function toWorldReport(
  { world, nodes, edgeCount, cutOff }: Exploration,
  durationMs: number,
): WorldReport {
  return {
    world,
    configurations: nodes.length,
    edges: edgeCount,
    ends: nodes.filter(({ configuration }) => !isActive(configuration)).length,
    depth: nodes.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    durationMs,
    cutOff,
  };
}
