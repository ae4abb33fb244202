/**
 * The scaffolder: from the plan of a saga to its files, explicit and static, for people and for editors to go on
 * with. Nothing of it is needed afterwards; what it wrote is the saga.
 */
import { chartText } from "./chart-file.ts";
import type { Layout } from "./layout.ts";
import type { Plan } from "./plan.ts";
import { activitiesText, indexText, samplesText } from "./saga-files.ts";
import { testText } from "./test-file.ts";

export interface ScaffoldedFile {
  readonly path: string;
  readonly text: string;
}

export function scaffold(plan: Plan, layout: Layout): readonly ScaffoldedFile[] {
  const { folder, sagachart, samples, testPath } = layout;
  return [
    { path: `${folder}/chart.ts`, text: chartText(plan, sagachart) },
    { path: `${folder}/activities.ts`, text: activitiesText(plan, sagachart) },
    { path: `${folder}/index.ts`, text: indexText(plan, sagachart) },
    { path: `${folder}/samples.ts`, text: samplesText(plan, samples) },
    { path: testPath, text: testText(plan, layout) },
  ];
}
