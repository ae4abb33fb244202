/** Import: a chart from elsewhere, pasted or dropped, as it would look here; what is lost; the files that it becomes. */
import { useMemo, useState } from "preact/hooks";
import { ask } from "../api/request.ts";
import { go, paths } from "../app/location.ts";
import { Chart } from "../chart/chart.tsx";
import { Outline } from "../chart/outline.tsx";
import { FileList } from "../exchange/file-list.tsx";
import { useDrawn } from "../exchange/use-drawn.ts";
import type { Drawn } from "../exchange/use-drawn.ts";
import { KEPT_SOURCE, usePreview } from "../exchange/use-preview.ts";
import type { Preview } from "../exchange/use-preview.ts";
import { Button } from "../ui/button.tsx";
import { ChoiceField, TextField } from "../ui/field.tsx";
import { Empty, Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { tell, tellFailure } from "../ui/toasts.tsx";
import "../styles/exchange.css";

const formats = [
  { value: "", label: "As it looks" },
  { value: "xstate-json", label: "XState JSON" },
  { value: "scxml", label: "SCXML" },
  { value: "mermaid", label: "Mermaid" },
  { value: "typescript", label: "TypeScript" },
];

export function Screen() {
  const [source, setSource] = useState(() => sessionStorage.getItem(KEPT_SOURCE) ?? "");
  const [format, setFormat] = useState("");
  const [name, setName] = useState("");
  const { preview, error } = usePreview(source, format, name);
  const model = preview?.model ?? null;
  const drawn = useDrawn(model);
  const take = (text: string): void => {
    setSource(text);
    setName("");
  };
  return (
    <div
      class="screen-split"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void readFile(event.dataTransfer?.files[0], take);
      }}
    >
      <section class="import-main" aria-label="Preview">
        {preview !== null && drawn.drawn !== null ? (
          <Drawing preview={preview} drawn={drawn} />
        ) : source === "" ? (
          <Empty title="Bring a chart from elsewhere">
            <p>
              Drop a file here, or paste its text at the right: XState’s JSON, SCXML, a Mermaid
              state diagram, or TypeScript with a machine. Nothing of it runs.
            </p>
          </Empty>
        ) : error !== null ? (
          <Failure error={error} />
        ) : (
          <Loading what="the chart" />
        )}
      </section>
      <Panel
        label="Import"
        tabs={{
          Source: () => (
            <Source {...{ source, format, name, preview, setFormat, setName }} onSource={take} />
          ),
          [`Losses${preview === null ? "" : ` (${preview.losses.length})`}`]: () => (
            <Losses preview={preview} source={source} />
          ),
          Files: () => <Files preview={preview} source={source} format={format} />,
          Outline: () =>
            preview === null ? null : (
              <Outline
                model={preview.model}
                folded={new Set(drawn.drawn?.folded)}
                overlay={{}}
                selection={drawn.selection}
                onSelect={drawn.select}
                onFold={drawn.fold}
              />
            ),
        }}
      />
    </div>
  );
}

function Drawing({ preview, drawn }: { preview: Preview; drawn: Drawn }) {
  if (drawn.drawn === null) return null;
  return (
    <Chart
      drawn={drawn.drawn}
      whole={preview.model}
      label={`Chart of ${preview.name}, not saved`}
      selection={drawn.selection}
      onSelect={drawn.select}
      onFold={drawn.fold}
      onFoldAll={drawn.foldAll}
    >
      <p class="over-note">
        Read as <b>{formats.find(({ value }) => value === preview.format)?.label}</b>,{" "}
        {preview.model.states.length - 1} states
        {preview.losses.length > 0 && `, ${preview.losses.length} things are not as they were`}
      </p>
    </Chart>
  );
}

interface SourceProps {
  readonly source: string;
  readonly format: string;
  readonly name: string;
  readonly preview: Preview | null;
  readonly onSource: (text: string) => void;
  readonly setFormat: (format: string) => void;
  readonly setName: (name: string) => void;
}

function Source({ source, format, name, preview, onSource, setFormat, setName }: SourceProps) {
  return (
    <div class="import-source fields">
      <div class="import-top">
        <ChoiceField label="Format" value={format} options={formats} onInput={setFormat} />
        <label class="button file-button">
          Choose a file
          <input
            type="file"
            class="unseen"
            accept=".json,.scxml,.xml,.mmd,.mermaid,.ts,.txt"
            onChange={(event) => void readFile(event.currentTarget.files?.[0], onSource)}
          />
        </label>
      </div>
      <TextField
        label="Name of the saga"
        value={name}
        placeholder={preview?.name ?? "order"}
        onInput={setName}
        hint={preview === null ? "" : `It becomes machines/${preview.name}`}
        problem={preview?.isTaken === true ? `There is a saga ${preview.name} already` : null}
      />
      <TextField label="Text" value={source} onInput={onSource} isLong isMono />
    </div>
  );
}

function Losses({ preview, source }: { preview: Preview | null; source: string }) {
  const lines = useMemo(() => source.split("\n"), [source]);
  if (preview === null) return <p class="pad quiet">What is not kept is listed here.</p>;
  const { losses, findings } = preview;
  return (
    <div class="losses">
      {losses.length === 0 && <p class="quiet">All is kept as it was.</p>}
      <ol>
        {losses.map(({ line, what }) => (
          <li key={`${line} ${what}`}>
            <span class="loss-line">{line === null ? "" : `line ${line}`}</span>
            <p>{what}</p>
            {line !== null && <code>{(lines[line - 1] ?? "").trim().slice(0, 120)}</code>}
          </li>
        ))}
      </ol>
      {findings.length > 0 && (
        <>
          <h3>Before it can be a saga</h3>
          <ol>
            {findings.map(({ state, message, remedy }) => (
              <li key={`${state} ${message}`}>
                <span class="loss-line">{state}</span>
                <p>
                  {message}; {remedy}
                </p>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

function Files({
  preview,
  source,
  format,
}: {
  preview: Preview | null;
  source: string;
  format: string;
}) {
  const [isBusy, setBusy] = useState(false);
  if (preview === null) return <p class="pad quiet">The files of the saga are shown here.</p>;
  const { files, isWritable, isTaken, name, findings } = preview;
  const write = async (): Promise<void> => {
    setBusy(true);
    try {
      const body = { source, name, write: true, ...(format !== "" && { format }) };
      await ask("/studio/api/imports", { method: "POST", body });
      sessionStorage.removeItem(KEPT_SOURCE);
      tell(`Wrote machines/${name}`);
      if (findings.length === 0) go(paths.sagas());
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const why = isTaken
    ? "There is a saga of this name already"
    : isWritable
      ? ""
      : "This server writes no files; copy them";
  return (
    <div class="files">
      <FileList files={files} />
      <div class="files-foot">
        <Button
          kind="primary"
          disabled={isBusy || why !== ""}
          title={why}
          onClick={() => void write()}
        >
          {`Write ${files.length} ${files.length === 1 ? "file" : "files"}`}
        </Button>
        {why !== "" && <p class="quiet">{why}.</p>}
      </div>
    </div>
  );
}

async function readFile(file: File | undefined, take: (text: string) => void): Promise<void> {
  if (file !== undefined) take(await file.text());
}
