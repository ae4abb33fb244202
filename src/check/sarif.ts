/** A report as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the code. */
import { properties, propertyNames } from "./property.ts";
import { renderWitness } from "./render.ts";
import type { CheckFinding, CheckReport } from "./report.ts";

export interface SarifOptions {
  /** Path of the file that draws the chart, relative to the repository, by name of the saga. Absent: results name the saga only. */
  readonly files?: Readonly<Record<string, string>>;
}

/** One log of all reports. */
export function toSarif(
  reports: readonly CheckReport[],
  { files = {} }: SarifOptions = {},
): object {
  return {
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "sagachart",
            rules: propertyNames.map((id) => ({
              id,
              shortDescription: { text: properties[id].claim },
              defaultConfiguration: { level: properties[id].severity },
            })),
          },
        },
        results: reports.flatMap((report) => [
          ...report.findings.map((finding) => toResult(report, finding, files)),
          ...report.waived.map(({ finding, reason }) => ({
            ...toResult(report, finding, files),
            suppressions: [{ kind: "external", status: "accepted", justification: reason }],
          })),
        ]),
      },
    ],
  };
}

function toResult(
  { saga }: CheckReport,
  finding: CheckFinding,
  files: Readonly<Record<string, string>>,
): object {
  const { property, severity, place, message, witness } = finding;
  const way = witness === null ? [] : renderWitness(witness);
  const file = files[saga];
  return {
    ruleId: property,
    ruleIndex: propertyNames.indexOf(property),
    level: severity,
    message: { text: [`${saga}: ${message}`, ...way].join("\n") },
    locations: [
      {
        ...(file !== undefined && { physicalLocation: { artifactLocation: { uri: file } } }),
        logicalLocations: [{ fullyQualifiedName: `${saga}/${place}` }],
      },
    ],
    // The same finding has the same print in the next run, whatever way led to it.
    partialFingerprints: { "sagachart/v1": `${saga}/${property}/${place}` },
    properties: { worlds: finding.worlds, moves: witness?.steps.map(({ move }) => move) ?? [] },
  };
}
