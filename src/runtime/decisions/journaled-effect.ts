/** Effects as the journal shows them: names, times and addresses, and payloads only of what was emitted. */
import { encode } from "../../saga/codec.ts";
import type { Effect } from "../../saga/effect.ts";
import { addressText } from "./family-rows.ts";
import type { Kin } from "./family-rows.ts";

export function toJournaled(effect: Effect, kin: Kin): object {
  const { kind } = effect;
  switch (kind) {
    case "startActivity":
    case "leaveActivity": {
      const { activityId, src, attempt, idempotencyKey } = effect.activity;
      return { kind, activityId, activity: src, attempt, idempotencyKey };
    }
    case "startChild":
    case "stopChild": {
      const { childId, src, instanceId } = effect.child;
      return { kind, childId, actor: src, instanceId };
    }
    case "moveChild":
      return { kind, childId: effect.child.childId };
    case "setTimer":
      return { kind, event: effect.timer.event.type, dueAtMs: effect.timer.dueAtMs };
    case "cancelTimer":
      return { kind, event: effect.timer.event.type };
    case "send": {
      const { to, event } = effect.message;
      return { kind, to: addressText(kin.receiverOf(to)), event: event.type };
    }
    case "tell":
      return { kind, childId: effect.child.childId, event: effect.event.type };
    case "act":
      return {
        kind,
        action: effect.action.type,
        idempotencyKey: effect.action.idempotencyKey,
      };
    case "emit":
      return { kind, event: JSON.parse(encode(effect.event)) as object };
    case "log":
      return { kind, label: effect.label };
  }
}
