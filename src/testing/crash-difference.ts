/** What a crash has changed, as an error with a test that shows it. */
import type { Move } from "../check/move.ts";
import type { Place } from "./crash-tree.ts";
import type { CrashPoint } from "./crash-walk.ts";
import { wordsOf } from "./path-name.ts";
import type { Setting } from "./position.ts";
import { literal } from "./ready-test.ts";
import { failure } from "./walk.ts";

interface Difference {
  readonly point: CrashPoint;
  readonly place: Place;
  readonly actual: unknown;
  /** What else is wrong, in words. */
  readonly wrong: readonly string[];
}

/** The error. */
export function different(setting: Setting, { point, place, actual, wrong }: Difference): Error {
  const { name, steps } = place.path;
  const moves = steps.map(({ move }) => move);
  const crashes = point.before === null ? [point] : [point.before, point];
  const when = crashes.map((crash) => whenOf(crash)).join(", and another ");
  const end = place.smooth?.end ?? null;
  const without = end === null ? "it goes on" : `it ends as ${literal(end)}`;
  return failure(setting, `${name}, with a crash ${when}`, {
    what: [`it ends as ${literal(actual)}, without the crash ${without}`, ...wrong].join("; "),
    // The last one first, so that it does not move the place of the other.
    moves: crashes.toReversed().reduce(withCrash, moves),
    expects:
      end === null
        ? []
        : [
            `expect(seen.state).toBe(${literal(end.state)});`,
            `expect(seen.ledger.map(({ activity }) => activity)).toEqual(${literal(end.effects)});`,
          ],
  });
}

function whenOf({ place: { step }, boundary }: CrashPoint): string {
  const what = step === null ? "the start" : `"${wordsOf(step.move)}"`;
  if (boundary === "claimed") return `after the claim of what was lost during ${what}`;
  return `${boundary} the commit of ${what}`;
}

/** The moves with the crash as one of them. */
function withCrash(moves: readonly Move[], { place, boundary }: CrashPoint): readonly Move[] {
  const crash: Move = { kind: "crash" };
  const { step, index } = place;
  if (step === null || boundary === "after") {
    return [...moves.slice(0, index + 1), crash, ...moves.slice(index + 1)];
  }
  const { move } = step;
  const isInPlace =
    move.kind === "settle" && (move.outcome === "ok" || move.outcome === "lostReply");
  const effect: readonly Move[] = isInPlace
    ? [{ kind: "takeEffect", activityId: move.activityId }]
    : [];
  return [...moves.slice(0, index), ...effect, crash, ...moves.slice(index)];
}
