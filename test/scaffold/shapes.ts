/** Plans of each shape that the scaffolder writes. */
import { toPlan, toStep } from "../../src/scaffold/plan.ts";
import type { Plan, PlanRequest } from "../../src/scaffold/plan.ts";

type StageRequest = PlanRequest["stages"][number];

function step(argument: string): StageRequest {
  return { kind: "step", step: toStep(argument) };
}

export const shapes: readonly Plan[] = [
  toPlan({
    name: "sequence",
    stages: ["reserve:release", "charge:refund", "ship"].map(step),
    parallel: [],
    pivot: "charge",
  }),
  toPlan({
    name: "side-by-side",
    stages: [
      step("bookFlight:cancelFlight"),
      step("bookHotel:cancelHotel"),
      { kind: "wait", event: "TICKETS_READY" },
      step("sendDocuments"),
    ],
    parallel: [["bookFlight", "bookHotel"]],
  }),
  toPlan({
    name: "approved",
    stages: [
      step("createAccount:closeAccount"),
      { kind: "approval" },
      step("grantAccess:revokeAccess"),
    ],
    parallel: [],
  }),
  toPlan({
    name: "forward-only",
    stages: [step("pay"), { kind: "wait", event: "PACKED" }, step("ship"), step("mail")],
    parallel: [["ship", "mail"]],
  }),
];
