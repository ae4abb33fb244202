/** A report as workflow commands of GitHub Actions, one line a finding. */
import { renderWitness } from "./render.ts";
import type { CheckFinding, CheckReport } from "./report.ts";

/** `file`: path of the file that draws the chart, relative to the repository. */
export function toGithubAnnotations(
  { saga, findings }: CheckReport,
  { file }: { readonly file?: string } = {},
): readonly string[] {
  return findings.map((finding) => toCommand(saga, finding, file));
}

function toCommand(saga: string, finding: CheckFinding, file: string | undefined): string {
  const { severity, property, message, witness } = finding;
  const properties = {
    ...(file !== undefined && { file }),
    title: `${saga}: ${property}`,
  };
  const named = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(value)}`,
  );
  const text = [message, ...(witness === null ? [] : renderWitness(witness))].join("\n");
  return `::${severity} ${named.join(",")}::${escapeData(text)}`;
}

// As the runner's own toolkit escapes them.
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
