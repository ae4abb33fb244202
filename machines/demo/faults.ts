/**
 * The faults of a demo: knobs, which say what happens to a call from now on, and chaos, which
 * draws by a seed. The same seed, key and request number meet the same fault, in whatever order requests come.
 */
import { z } from "zod";

// Longer waits are hangs.
const DELAY_MS_MAX = 600_000;

const times = z.int().min(1).optional();
const delayMs = z.int().min(0).max(DELAY_MS_MAX);
const retryAfterSeconds = z.int().min(0).max(86_400).optional();

/** What a knob can be turned to; `times` is for how many requests, for ever if it is left out. */
export const Knob = z.discriminatedUnion("mode", [
  // Before the effect: an error that says "ask again".
  z.strictObject({
    mode: z.literal("fail"),
    status: z.int().min(300).max(599).default(503),
    retryAfterSeconds,
    times,
  }),
  // Before the effect: a refusal.
  z.strictObject({ mode: z.literal("reject"), times }),
  // No effect and no answer.
  z.strictObject({ mode: z.literal("hang"), times }),
  // The effect, then the connection is cut.
  z.strictObject({ mode: z.literal("loseReply"), times }),
  // The effect after a while, then its answer.
  z.strictObject({ mode: z.literal("slow"), delayMs, times }),
  // The effect a while after the client has given up.
  z.strictObject({ mode: z.literal("late"), delayMs, times }),
]);

const rate = z.number().min(0).max(1).default(0);

/** The share of requests that meet each fault; the rest go well. */
export const Chaos = z
  .strictObject({
    seed: z.int(),
    failRate: rate,
    loseReplyRate: rate,
    hangRate: rate,
    // Delivered twice, as a proxy does that asks again by itself; the key makes it one effect.
    doneTwiceRate: rate,
  })
  .refine(
    (chaos) => chaos.failRate + chaos.loseReplyRate + chaos.hangRate + chaos.doneTwiceRate <= 1,
    "the rates add up to more than 1",
  );

export type Knob = z.output<typeof Knob>;
export type Chaos = z.output<typeof Chaos>;
export type Fault = Knob | { readonly mode: "doneTwice" };

export class Faults {
  readonly #knobs = new Map<string, { knob: Knob; timesLeft: number }>();
  #chaos: Chaos | null = null;

  turn(call: string, knob: Knob): void {
    this.#knobs.set(call, { knob, timesLeft: knob.times ?? Infinity });
  }

  turnAllBack(): void {
    this.#knobs.clear();
  }

  setChaos(chaos: Chaos | null): void {
    this.#chaos = chaos;
  }

  /** What happens to this request; null: all goes well. A knob goes before chaos. */
  next(call: string, idempotencyKey: string, requestNumber: number): Fault | null {
    const turned = this.#knobs.get(call);
    if (turned !== undefined) {
      turned.timesLeft -= 1;
      if (turned.timesLeft === 0) this.#knobs.delete(call);
      return turned.knob;
    }
    return this.#chaos === null ? null : draw(this.#chaos, `${idempotencyKey}/${requestNumber}`);
  }
}

function draw(chaos: Chaos, name: string): Fault | null {
  let left = mulberry32(hash(`${chaos.seed}/${name}`));
  const isDrawn = (share: number): boolean => {
    left -= share;
    return left < 0;
  };
  if (isDrawn(chaos.failRate)) return { mode: "fail", status: 503 };
  if (isDrawn(chaos.loseReplyRate)) return { mode: "loseReply" };
  if (isDrawn(chaos.hangRate)) return { mode: "hang" };
  if (isDrawn(chaos.doneTwiceRate)) return { mode: "doneTwice" };
  return null;
}

/** The first number, 0 up to 1, of Tommy Ettinger's mulberry32 with this seed. */
function mulberry32(seed: number): number {
  const state = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

// FNV-1a, 32 bit.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
