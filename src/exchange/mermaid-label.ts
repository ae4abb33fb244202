/** Labels of Mermaid's edges, as people write them and as our own export does: `EVENT [guard] / action, other`. */
import { identifier } from "./scxml-content.ts";

export interface Label {
  /** `on`, `after`, `always`, `done`, `error`, `stateDone`. */
  readonly kind: "on" | "after" | "always" | "done" | "error" | "stateDone";
  /** The event, or the delay. */
  readonly key: string;
  readonly guard: string | { readonly type: string; readonly params: unknown } | null;
  readonly actions: readonly string[];
  readonly isForbidden: boolean;
  /** What could not be kept, in words. */
  readonly losses: readonly string[];
}

// Our export writes these where Mermaid would take the character for its own.
const originals: Readonly<Record<string, string>> = {
  "\u{2236}": ":",
  "\u{2039}": "<",
  "\u{2217}": "*",
};

export function unescaped(text: string): string {
  return text.replaceAll(/[\u2236\u2039\u2217]/g, (character) => originals[character] ?? character);
}

export function readLabel(said: string): Label {
  const losses: string[] = [];
  const text = unescaped(said.replaceAll(/<br\s*\/?>/g, " ")).trim();
  const [, front = "", doing = ""] = /^(.*?)(?:\s*\/\s*(.*))?$/s.exec(text) ?? [];
  const [, trigger = "", condition] = /^(.*?)\s*(?:\[(.*)\])?\s*$/s.exec(front) ?? [];
  const isForbidden = doing.trim() === "forbidden";
  const actions = isForbidden ? [] : actionNames(doing, losses);
  const guard = condition === undefined ? null : guardFrom(condition, losses);
  return { ...triggerOf(trigger.trim(), losses), guard, actions, isForbidden, losses };
}

function triggerOf(trigger: string, losses: string[]): Pick<Label, "kind" | "key"> {
  if (trigger === "" || trigger === "always") return { kind: "always", key: "" };
  if (trigger === "done" || trigger === "error") return { kind: trigger, key: "" };
  if (trigger === "all done") return { kind: "stateDone", key: "" };
  const [, delay] = /^after\s+(.+)$/.exec(trigger) ?? [];
  if (delay !== undefined) return { kind: "after", key: delayFrom(delay, losses) };
  if (!/\s/.test(trigger)) return { kind: "on", key: trigger };
  const event = identifier(trigger);
  losses.push(`"${trigger}" becomes the event ${event}`);
  return { kind: "on", key: event };
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `10 s`, `1.5h`; `timeout (10 s)` is the delay `timeout`, whose length stands in the machine. */
function delayFrom(text: string, losses: string[]): string {
  const [, amount, unit = ""] = /^(\d*\.?\d+)\s*(ms|s|min|h|d)$/.exec(text.trim()) ?? [];
  if (amount !== undefined) return String(Math.round(Number(amount) * (unitMs[unit] ?? 1)));
  const [, name, length] = /^([\w$]+)(?:\s*\((.+)\))?$/.exec(text.trim()) ?? [];
  if (name !== undefined) {
    if (length !== undefined) losses.push(`how long ${name} is (${length}) is not kept`);
    return name;
  }
  const given = identifier(text);
  losses.push(`the delay "${text}" becomes ${given}`);
  return given;
}

function guardFrom(condition: string, losses: string[]): Label["guard"] {
  const text = condition.trim();
  // Branches are tried in order: the last one without a guard is the rest.
  if (text === "else" || text === "") return null;
  if (/^[A-Za-z_$][\w$]*$/.test(text)) return text;
  const [, name, params] = /^([A-Za-z_$][\w$]*)\((.*)\)$/.exec(text) ?? [];
  const given = name === undefined ? identifier(`is ${text}`) : name;
  losses.push(
    name === undefined
      ? `the condition "${text}" becomes the guard ${given}`
      : `what the guard ${name} is given (${params ?? ""}) is only a text; write it again`,
  );
  return given;
}

/** Names of actions, without what they are given. */
export function actionNames(text: string, losses: string[]): readonly string[] {
  return splitOutside(text).map((action) => {
    const [, name, params] = /^([A-Za-z_$][\w$.]*)\((.*)\)$/s.exec(action) ?? [];
    if (name !== undefined) {
      losses.push(
        `what the action ${name} is given (${params ?? ""}) is only a text; write it again`,
      );
      return name;
    }
    if (/^[A-Za-z_$][\w$.]*$/.test(action)) return action;
    const given = identifier(action);
    losses.push(`"${action}" becomes the action ${given}`);
    return given;
  });
}

/** Parts between commas that stand in no brackets. */
function splitOutside(text: string): readonly string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
