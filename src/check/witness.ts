/** Witnesses: how it came to a finding, as moves and in words. */
import { phaseOf } from "../saga/phase.ts";
import { pathOf } from "../saga/finding.ts";
import { inPlaceOf, placeOf, snapshotOf } from "./configuration.ts";
import type { Configuration } from "./configuration.ts";
import type { Edge, Exploration, Found, Node } from "./explore.ts";
import type { Move } from "./move.ts";
import type { Place, Witness, WitnessStep } from "./report.ts";
import type { Subject } from "./subject.ts";

export function witnessOf(subject: Subject, { nodes, world }: Exploration, found: Found): Witness {
  const toStep = (move: Move, to: Configuration): WitnessStep => ({
    move,
    words: inWords(subject, move),
    ...whereIs(to),
  });
  const way = found.at < 0 ? [] : wayTo(nodes, nodes[found.at] as Node);
  const more = (found.more ?? []).reduce<{ at: number; steps: WitnessStep[] }>(
    ({ at, steps }, to) => {
      const edge = (nodes[at] as Node).edges.find(
        (each) => each.isInside && each.to === to,
      ) as Edge;
      return { at: to, steps: [...steps, toStep(edge.move, (nodes[to] as Node).configuration)] };
    },
    { at: found.at, steps: [] },
  ).steps;
  const steps = [
    ...way.map((node) => toStep(node.via?.successor.move as Move, node.configuration)),
    ...(found.last === null || found.at < 0 ? [] : [toStep(found.last.move, found.last.to)]),
    ...more,
  ];
  const start = nodes[0]?.configuration ?? (found.last as NonNullable<Found["last"]>).to;
  const cycleDepth =
    found.cycleFrom === undefined ? steps.length : (nodes[found.cycleFrom] as Node).depth;
  return { world, start: whereIs(start), steps, repeating: steps.length - cycleDepth };
}

function wayTo(nodes: readonly Node[], last: Node): readonly Node[] {
  const way: Node[] = [];
  for (let node = last; node.via !== null; node = nodes[node.via.from] as Node) way.unshift(node);
  return way;
}

function whereIs(configuration: Configuration): Place {
  return {
    state: placeOf(configuration),
    phase: phaseOf(snapshotOf(configuration)),
    inPlace: inPlaceOf(configuration),
  };
}

function inWords(subject: Subject, move: Move): string {
  switch (move.kind) {
    case "send":
      return `${move.event.type} comes from outside`;
    case "fire":
      return `time passes, and ${timerInWords(subject, move.event)}`;
    case "settle":
      return settledInWords(move);
    case "takeEffect":
      return `${move.activityId}: it takes effect, and there is no reply yet`;
    case "settleLate":
      return `${move.activityId}: the attempt that was left takes effect after all`;
    case "lapse":
      return `${move.activityId}: the attempt that was left will not take effect any more`;
    case "crash":
      return "the process dies, and another one goes on from the file";
  }
}

function settledInWords({ activityId, outcome, choice }: Move & { kind: "settle" }): string {
  switch (outcome) {
    case "ok":
      return `${activityId}: it is done${choice === undefined ? "" : ` (output ${choice + 1})`}`;
    case "rejected":
      return `${activityId}: it is rejected, surely without an effect`;
    case "transient":
      return `${activityId}: it fails without an effect, and nobody can tell`;
    case "lostReply":
      return `${activityId}: it takes effect, and the reply is lost`;
  }
}

function timerInWords({ timerStates }: Subject, event: string): string {
  const state = timerStates.get(event);
  if (state === undefined) return `the timer of ${event} fires`;
  const delay = event.slice("xstate.after.".length, -(state.id.length + 1));
  return `the timer ${delay} of ${pathOf(state)} fires`;
}
