/** The chart in other languages: the same states and transitions, and text that stays text. */
import { describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import type { AnyStateMachine } from "xstate";
import { toMermaid } from "../../src/draw/mermaid.ts";
import { toChartModel } from "../../src/draw/model.ts";
import type { ChartModel } from "../../src/draw/model.ts";
import { toScxml } from "../../src/draw/scxml.ts";
import { toXStateJson } from "../../src/draw/xstate-json.ts";
import { orderMachine } from "../../machines/order/chart.ts";
import { evilChart, evilWords, fulfilment, odd, randomChart } from "./charts.ts";
import { allOf, readXml } from "./xml-reader.ts";
import type { XmlElement } from "./xml-reader.ts";

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const charts: readonly (readonly [string, AnyStateMachine])[] = [
  ["order", orderMachine],
  ["fulfilment", fulfilment],
  ["odd", odd],
  ...seeds.map((seed) => [`random, seed ${seed}`, randomChart(seed)] as const),
  ...evilWords.map(
    (word) => [`evil ${JSON.stringify(word.slice(0, 20))}`, evilChart(word)] as const,
  ),
];

describe.each(charts)("%s as SCXML", (_, machine) => {
  const model = toChartModel(machine);
  const document = readXml(toScxml(model));
  const elements = allOf(document);
  const states = elements.filter(({ name }) => STATES.includes(name));

  test("nests the same states, each with an id that XML allows", () => {
    const tree = (element: XmlElement): unknown =>
      element.children
        .filter(({ name }) => STATES.includes(name))
        .map((child) => [child.name, tree(child)]);
    const modelTree = (parent: string | null): unknown =>
      model.states
        .filter((state) => state.parent === parent)
        .map((state) => {
          const around = model.states.find(({ id }) => id === state.parent);
          // SCXML has final states in regions, but no region that is one.
          const isRegion = state.type === "final" && around?.type === "parallel";
          return isRegion ? ["state", [["final", []]]] : [TAGS[state.type], modelTree(state.id)];
        });
    const ids = states.map(({ attributes }) => attributes["id"] ?? "");

    expect(tree(document)).toEqual(modelTree(null));
    expect(new Set(ids).size).toBe(ids.length);
    // XML 1.0, 2.3: what may be an ID, without the colon.
    expect(ids.filter((id) => !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(id))).toEqual([]);
  });

  test("has its transitions, which lead to states that there are", () => {
    const ids = new Set(states.map(({ attributes }) => attributes["id"]));
    const transitions = states
      .filter(({ name }) => name !== "history")
      .flatMap(({ children }) => children.filter(({ name }) => name === "transition"));
    const targets = elements.flatMap(({ attributes: { target, initial } }) =>
      [target, initial].flatMap((ends) => ends?.split(" ") ?? []),
    );

    expect(transitions).toHaveLength(
      model.edges.filter(({ kind, source }) => kind !== "initial" && !isFinal(model, source))
        .length,
    );
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
    expect(
      transitions.filter(
        ({ attributes: { event = "", target } }) => target === undefined && event.includes(" "),
      ),
    ).toEqual([]);
  });

  test("is made as the W3C says: which element may stand where, with which attributes", () => {
    expect(document.name).toBe("scxml");
    expect(document.attributes).toMatchObject({
      xmlns: "http://www.w3.org/2005/07/scxml",
      version: "1.0",
    });
    const misplaced = elements.flatMap((element) => {
      const allowed = INSIDE[element.name] ?? [];
      const strange = element.children
        .filter(({ name }) => !allowed.includes(name))
        .map(({ name }) => `${name} in ${element.name}`);
      const attributes = Object.keys(element.attributes).filter(
        (name) => !name.includes(":") && !(ATTRIBUTES[element.name] ?? []).includes(name),
      );
      return [...strange, ...attributes.map((name) => `${name} of ${element.name}`)];
    });

    expect(misplaced.filter((found) => !found.includes("saga:action"))).toEqual([]);
    for (const history of elements.filter(({ name }) => name === "history")) {
      expect(
        history.children.map(({ name, attributes }) => [name, Object.keys(attributes)]),
      ).toEqual([["transition", ["target"]]]);
    }
  });

  test("starts each delay once, and cancels what it started", () => {
    for (const { children } of states) {
      const inside = (name: string): readonly XmlElement[] =>
        children.filter((child) => child.name === name).flatMap((child) => child.children);
      const sent = inside("onentry").filter(({ name }) => name === "send");
      const cancelled = inside("onexit").filter(({ name }) => name === "cancel");
      const ids = sent.map(({ attributes }) => attributes["id"]);

      expect(new Set(ids).size).toBe(ids.length);
      expect(cancelled.map(({ attributes }) => attributes["sendid"])).toEqual(ids);
      expect(
        sent.filter(
          ({ attributes: { delay, delayexpr } }) =>
            (delay === undefined) === (delayexpr === undefined),
        ),
      ).toEqual([]);
    }
  });
});

test("SCXML says what XState means", () => {
  const text = toScxml(toChartModel(odd));

  // Inside itself XState leaves nothing, unless it is told to.
  expect(text).toContain(`<transition event="INTO" target="odd.left.deep.two" type="internal"/>`);
  expect(text).toContain(`<transition event="OUT" target="odd.left.deep"/>`);
  expect(text).toContain(`<transition event="FORBIDDEN"/>`);
  expect(text).toContain(`delay="90000ms"`);
  expect(text).toContain(`delayexpr="delay(&quot;later&quot;)"`);
  expect(text).toContain(
    `cond="(guard(&quot;yes&quot;) || (!(guard(&quot;yes&quot;)) &amp;&amp; In(&#39;odd.right.b&#39;)))"`,
  );
  expect(text).toContain(`cond="guard(&quot;within&quot;, {&quot;min&quot;:1,&quot;max&quot;:2})"`);
  expect(text).toContain(`<raise event="DONE"/>`);
  expect(text).toContain(`<history id="odd.left.deep.again" type="shallow">`);
});

describe.each(charts)("%s as XState's JSON", (_, machine) => {
  test("is a machine with the same states and transitions", () => {
    const before = toChartModel(machine);

    const json: unknown = JSON.parse(JSON.stringify(toXStateJson(machine)));
    const after = toChartModel(createMachine(json as never));

    const names = ({ states, edges }: ChartModel): unknown => ({
      states: states.map(({ id, type, phase, tags, entry, invokes }) => ({
        id,
        type,
        phase,
        tags,
        entry: entry.map(({ name }) => name),
        invokes,
      })),
      edges: edges.map(({ id, kind, targets, isElse, actions, reenter }) => ({
        id,
        kind,
        targets,
        isElse,
        actions: actions.map(({ name }) => name),
        reenter,
      })),
    });
    expect(names(after)).toEqual(names(before));
  });
});

describe.each(charts)("%s as Mermaid", (_, machine) => {
  const model = toChartModel(machine);
  const lines = toMermaid(model).trimEnd().split("\n");

  test("has only lines that Mermaid's grammar has", () => {
    expect(lines.filter((line) => !LINES.some((shape) => shape.test(line)))).toEqual([]);
    const depth = lines.reduce(
      (sum, line) => sum + (line.endsWith("{") ? 1 : line.trim() === "}" ? -1 : 0),
      0,
    );
    expect(depth).toBe(0);
  });

  test("declares each state once, and has each transition once for each target", () => {
    const declared = lines.flatMap((line) => /^\s+state ".*" as (\w+)/.exec(line)?.[1] ?? []);
    const moves = lines.flatMap((line) => / --> (\w+) : /.exec(line)?.[1] ?? []);

    expect(new Set(declared).size).toBe(declared.length);
    expect(moves).toHaveLength(
      model.edges.filter(({ kind }) => kind !== "initial").flatMap(({ targets }) => targets).length,
    );
    expect(moves.filter((target) => !declared.includes(target) && target !== declared[0])).toEqual(
      [],
    );
  });
});

test("states whose ids a language cannot tell apart have names of their own", () => {
  const model = toChartModel(
    createMachine({ id: "m", initial: "a b", states: { "a b": {}, "a-b": {}, "a+b": {} } }),
  );

  expect(toMermaid(model).match(/ as (\w+)/g)).toEqual([" as m_a_b", " as m_a_b_2", " as m_a_b_3"]);
  expect(
    toScxml(model)
      .match(/<state id="[^"]+/g)
      ?.slice(1),
  ).toEqual(['<state id="m.a_b', '<state id="m.a-b', '<state id="m.a_b_2']);
});

test("Mermaid has regions, history, what states do, and notes", () => {
  const text = toMermaid(toChartModel(fulfilment));

  expect(text).toMatch(/^stateDiagram-v2\n/);
  expect(text.match(/^ +--$/gm)).toHaveLength(2);
  expect(text).toContain(`state "H*" as fulfilment_shipping_last`);
  expect(text).toContain("fulfilment_validating : do / validateOrder\n");
  expect(text).toContain(
    "note right of fulfilment_validating : Whether the order can be fulfilled at all.\n",
  );
  expect(text).toContain("fulfilment_any --> fulfilment_compensating : CANCEL / recordReason\n");
  expect(text).toContain("fulfilment_rejected --> [*]\n");
});

function isFinal({ states }: ChartModel, id: string): boolean {
  return states.find((state) => state.id === id)?.type === "final";
}

const TAGS = {
  atomic: "state",
  compound: "state",
  parallel: "parallel",
  final: "final",
  history: "history",
} as const;
const STATES: readonly string[] = ["state", "parallel", "final", "history"];

// W3C, State Chart XML, chapter 3 and 4: the elements that we write.
const EXECUTABLE = ["raise", "send", "cancel", "saga:action"];
const OWN = ["onentry", "onexit", "transition", "state", "parallel", "history", "invoke"];
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  scxml: ["state", "parallel", "final"],
  state: [...OWN, "initial", "final"],
  parallel: OWN,
  final: ["onentry", "onexit"],
  initial: ["transition"],
  history: ["transition"],
  onentry: EXECUTABLE,
  onexit: EXECUTABLE,
  transition: EXECUTABLE,
};
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  scxml: ["xmlns", "version", "datamodel", "name", "initial"],
  state: ["id", "initial"],
  parallel: ["id"],
  final: ["id"],
  history: ["id", "type"],
  transition: ["event", "cond", "target", "type"],
  invoke: ["id", "type", "src"],
  raise: ["event"],
  send: ["event", "id", "delay", "delayexpr"],
  cancel: ["sendid"],
};

// What Mermaid would take for something else stands in no text: quotes, colons, semicolons, markup.
const TEXT = String.raw`[^:;"<*\n]*`;
const LINES: readonly RegExp[] = [
  /^stateDiagram-v2$/,
  new RegExp(String.raw`^ +state "(H\*|${TEXT})" as \w+( \{)?$`),
  /^ +\}$/,
  /^ +--$/,
  /^ +\[\*\] --> \w+$/,
  /^ +\w+ --> \[\*\]$/,
  new RegExp(String.raw`^ +\w+ --> \w+ : ${TEXT}$`),
  new RegExp(String.raw`^ +\w+ : ${TEXT}$`),
  new RegExp(String.raw`^ +note right of \w+ : ${TEXT}(<br/>${TEXT})*$`),
];
