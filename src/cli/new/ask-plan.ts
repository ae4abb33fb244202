/** Asks a person for the plan of a saga, stage by stage. */
import type { PlanRequest } from "../../scaffold/plan.ts";
import { toStep } from "../../scaffold/plan.ts";

/** Somebody who can be asked. Each question rejects if he would rather not answer. */
export interface Asker {
  text(question: { message: string; placeholder?: string; isOptional?: boolean }): Promise<string>;
  choose<Value extends string>(question: {
    message: string;
    options: readonly { value: Value; label: string; hint?: string }[];
  }): Promise<Value>;
  chooseSeveral(question: {
    message: string;
    options: readonly { value: string; label: string }[];
  }): Promise<readonly string[]>;
}

const NONE = "";
type Kind = "step" | "wait" | "approval" | "enough";

export async function askPlan(asker: Asker, name: string | undefined): Promise<PlanRequest> {
  const sagaName =
    name ?? (await asker.text({ message: "What is the saga called?", placeholder: "order" }));
  const stages: PlanRequest["stages"][number][] = [await askStep(asker, "What does it do first?")];
  for (let kind = await askKind(asker); kind !== "enough"; kind = await askKind(asker)) {
    stages.push(await askStage(asker, kind));
  }
  const steps = stages.flatMap((stage) => (stage.kind === "step" ? [stage.step] : []));
  const group =
    steps.length < 2
      ? []
      : await asker.chooseSeveral({
          message: "Which steps run at the same time? (none: one after the other)",
          options: steps.map(({ name: value }) => ({ value, label: value })),
        });
  const pivot = await asker.choose({
    message: "After which step does it only go forward?",
    options: [
      {
        value: NONE,
        label: "none: all is undone until the end, or up to the first without an undo",
      },
      ...steps.map(({ name: value }) => ({ value, label: value })),
    ],
  });
  return {
    name: sagaName,
    stages,
    parallel: group.length === 0 ? [] : [group],
    ...(pivot !== NONE && { pivot }),
  };
}

function askKind(asker: Asker): Promise<Kind> {
  return asker.choose<Kind>({
    message: "And then?",
    options: [
      { value: "step", label: "another step", hint: "a call to a service" },
      { value: "wait", label: "wait for an event from outside" },
      { value: "approval", label: "wait for a person to approve", hint: "with reminders" },
      { value: "enough", label: "that is all" },
    ],
  });
}

async function askStage(
  asker: Asker,
  kind: Exclude<Kind, "enough">,
): Promise<PlanRequest["stages"][number]> {
  switch (kind) {
    case "step":
      return askStep(asker, "What does it do?");
    case "wait": {
      const event = await asker.text({ message: "For which event?", placeholder: "PACKED" });
      return { kind: "wait", event };
    }
    case "approval":
      return { kind: "approval" };
  }
}

async function askStep(asker: Asker, message: string): Promise<PlanRequest["stages"][number]> {
  const name = await asker.text({ message, placeholder: "chargePayment" });
  const undo = await asker.text({
    message: `What undoes ${name}? (nothing: leave it empty)`,
    placeholder: "refundPayment",
    isOptional: true,
  });
  return { kind: "step", step: toStep(undo === "" ? name : `${name}:${undo}`) };
}
