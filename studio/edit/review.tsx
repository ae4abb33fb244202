/** The review: what was edited, in words and as a difference, what checks say of it, and writing it. */
import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { CheckAnswer } from "../../src/draft/draft-message.ts";
import type { DraftTypes } from "../../src/draft/drafts.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import { ask, at, messageOf } from "../api/request.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { tell } from "../ui/toasts.tsx";
import type { Editing } from "./editing.ts";

export interface ReviewProps {
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly onClose: () => void;
}

type Verdict = "good" | "bad" | "open" | "busy";

export function Review({ editing, draft, onClose }: ReviewProps) {
  const [checked, setChecked] = useState<CheckAnswer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isSure, setSure] = useState(false);
  const operations = editing.steps.value.flat();
  useEffect(() => {
    let isCurrent = true;
    setChecked(null);
    const path = at`/studio/api/drafts/${draft.saga}/check`;
    ask<CheckAnswer>(path, { method: "POST", body: { operations } }).then(
      (answer) => isCurrent && setChecked(answer),
      (error: unknown) => isCurrent && setChecked({ isOk: null, lines: [messageOf(error)] }),
    );
    return () => {
      isCurrent = false;
    };
  }, [draft]);

  const { differences } = draft;
  const types = editing.types.value;
  const isDoubtful = isRefused(draft) || checked?.isOk === false || (types?.faults.length ?? 0) > 0;
  const write = async (): Promise<void> => {
    if (isDoubtful && !isSure) {
      setSure(true);
      return;
    }
    setFailure(null);
    try {
      await editing.save();
      tell(
        `${draft.file} is written. The server takes it when it is started anew; sagachart dev does so by itself.`,
      );
      onClose();
    } catch (error) {
      setFailure(messageOf(error));
      await editing.reload();
    }
  };
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(draft.patch);
    tell("The patch is copied: git apply takes it.");
  };
  return (
    <Dialog title="Review" shape="sheet" onClose={onClose}>
      <div class="review">
        {editing.news.value !== null && (
          <p class="edit-reason" role="status">
            {editing.news.value}
          </p>
        )}
        <section aria-label="What was edited">
          <h3>
            {draft.words.length} {draft.words.length === 1 ? "edit" : "edits"}
          </h3>
          <ol class="review-words">
            {draft.words.map(({ text, notes }, index) => (
              <li key={index}>
                {text}
                {notes.map((note) => (
                  <p class="hint" key={note}>
                    {note}
                  </p>
                ))}
              </li>
            ))}
          </ol>
        </section>
        <Checks draft={draft} checked={checked} types={types} />
        <section aria-label="Difference">
          <h3>{draft.file}</h3>
          <Difference draft={draft} />
        </section>
      </div>
      {failure !== null && (
        <p class="hint is-problem" role="alert">
          {failure}
        </p>
      )}
      <div class="dialog-foot">
        <Button onClick={onClose}>Keep editing</Button>
        <Button onClick={() => void copy()} disabled={draft.patch === ""}>
          Copy as patch
        </Button>
        <Button
          kind="primary"
          disabled={draft.patch === "" || differences.length > 0}
          onClick={() => void write()}
        >
          {isSure ? "Write it all the same" : "Write file"}
        </Button>
      </div>
    </Dialog>
  );
}

function isRefused({ registration: { problem, findings } }: DraftAnswer): boolean {
  return problem !== null || findings.length > 0;
}

interface ChecksProps {
  readonly draft: DraftAnswer;
  readonly checked: CheckAnswer | null;
  readonly types: DraftTypes | null;
}

function Checks({ draft, checked, types }: ChecksProps) {
  const { registration, differences } = draft;
  return (
    <section aria-label="Checks">
      <h3>Checks</h3>
      <ul class="review-checks">
        <Check verdict="good" title="It is TypeScript, and XState takes it" />
        <Check
          verdict={differences.length === 0 ? "good" : "bad"}
          title="The machine is what the edits say"
          lines={differences}
        />
        <Check
          verdict={isRefused(draft) ? "bad" : "good"}
          title="The saga can be registered"
          lines={[
            ...(registration.problem === null ? [] : [registration.problem]),
            ...registration.findings.map(
              ({ state, message, remedy }) => `${state}: ${message}; ${remedy}`,
            ),
          ]}
        />
        <Check
          verdict={checkVerdict(checked)}
          title="sagachart check finds nothing"
          lines={
            checked === null
              ? ["looking at everything that can happen"]
              : checked.isOk === true
                ? []
                : checked.lines
          }
        />
        <Check
          verdict={draft.affected.length === 0 ? "good" : "open"}
          title="No instance stands where the chart changes"
          lines={affectedLines(draft)}
        />
        <Check {...typesCheck(types)} />
      </ul>
    </section>
  );
}

/** How many instances stand where, and by what they are found again. */
function affectedLines({ affected, renames, isRunning }: DraftAnswer): readonly string[] {
  const isKept = isRunning && renames.length > 0;
  return [
    ...affected.map(({ state, becomes, instances }) =>
      becomes === null
        ? `${instances} in ${state}, which is gone: give the chart a new version`
        : `${instances} in ${state}, which becomes ${becomes}: give the chart a new version`,
    ),
    ...(isKept ? ["what was renamed is written into renames.json beside the chart"] : []),
  ];
}

function typesCheck(types: DraftTypes | null): CheckProps {
  if (types === null) return { verdict: "busy", title: "Types", lines: ["TypeScript is asked"] };
  const { version, reason, faults } = types;
  if (version === null) return { verdict: "open", title: `Types: not looked at: ${reason}` };
  return {
    verdict: faults.length === 0 ? "good" : "bad",
    title: `TypeScript ${version} finds nothing`,
    lines: faults.map(({ file, line, message }) => `${file}:${line} ${message}`),
  };
}

function checkVerdict(checked: CheckAnswer | null): Verdict {
  if (checked === null) return "busy";
  return checked.isOk === null ? "open" : checked.isOk ? "good" : "bad";
}

const signs: Readonly<Record<Verdict, string>> = { good: "✓", bad: "✕", open: "○", busy: "…" };
const said: Readonly<Record<Verdict, string>> = {
  good: "yes",
  bad: "no",
  open: "look",
  busy: "running",
};

interface CheckProps {
  readonly verdict: Verdict;
  readonly title: string;
  readonly lines?: readonly string[];
}

function Check({ verdict, title, lines = [] }: CheckProps): ComponentChildren {
  return (
    <li class={`review-check is-${verdict}`}>
      <span class="review-sign" role="img" aria-label={said[verdict]}>
        {signs[verdict]}
      </span>
      <div>
        {title}
        {lines.length > 0 && <pre class="review-lines">{lines.join("\n")}</pre>}
      </div>
    </li>
  );
}

function Difference({ draft }: { draft: DraftAnswer }) {
  if (draft.diff.length === 0) return <p class="hint">Nothing has changed.</p>;
  return (
    <pre class="review-diff" tabIndex={0} role="group" aria-label="Lines that differ">
      {draft.diff.map(({ oldStart, newStart, lines }) => (
        <span key={newStart}>
          <span class="diff-line is-place">{`@@ line ${oldStart} → ${newStart}\n`}</span>
          {lines.map((line, index) => (
            <span key={index} class={`diff-line ${lineClass(line)}`}>
              {line}
              {"\n"}
            </span>
          ))}
        </span>
      ))}
    </pre>
  );
}

function lineClass(line: string): string {
  if (line.startsWith("+")) return "is-added";
  return line.startsWith("-") ? "is-removed" : "is-same";
}
