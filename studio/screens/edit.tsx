/** The editor of a chart: the drawing is what XState makes of the draft, and each edit is one of its TypeScript. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { edgeText } from "../../src/draw/words.ts";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { foldable } from "../../src/draw/fold.ts";
import { useQuery } from "../api/query.ts";
import { useCommands } from "../app/commands.ts";
import type { ScreenProps } from "../app/screens.ts";
import { Chart } from "../chart/chart.tsx";
import type { ChartHandle } from "../chart/chart.tsx";
import { chartKeysHelp } from "../chart/keys.ts";
import { Outline } from "../chart/outline.tsx";
import type { Overlay, Selection } from "../chart/overlay.ts";
import { Code } from "../edit/code.tsx";
import { EditDialog } from "../edit/dialogs.tsx";
import type { DialogName } from "../edit/dialog-form.tsx";
import { EdgeForm } from "../edit/edge-form.tsx";
import { Editing, stateAt } from "../edit/editing.ts";
import { editCommands } from "../edit/edit-commands.ts";
import { Handles, useDrag } from "../edit/handles.tsx";
import { Pad, Rename } from "../edit/pad.tsx";
import { padItems } from "../edit/pad-items.ts";
import { Review } from "../edit/review.tsx";
import { StateForm } from "../edit/state-form.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Empty, Failure, Loading } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import "../styles/edit.css";

export function Screen({ params }: ScreenProps) {
  const saga = params["saga"] ?? "";
  const allowed = useQuery<{ readonly mayEdit: boolean }>("/studio/api/editing");
  const mayEdit = allowed.data.value?.mayEdit;
  useCommands(chartKeysHelp);
  const editing = useMemo(() => new Editing(saga), [saga]);
  useEffect(() => {
    if (mayEdit !== true) return undefined;
    void editing.open();
    const changes = new EventSource("/studio/api/changes");
    changes.addEventListener("message", ({ data }) => {
      if ((JSON.parse(String(data)) as { saga: string }).saga === saga) void editing.reload();
    });
    return () => changes.close();
  }, [editing, mayEdit]);

  if (allowed.error.value !== null) return <Failure error={allowed.error.value} />;
  if (mayEdit === false) {
    return (
      <Empty title="Charts are not edited on this server">
        <p>It runs in production, or for others too. Set SAGACHART_STUDIO_EDIT=on to allow it.</p>
      </Empty>
    );
  }
  if (editing.failure.value !== null) return <Failure error={editing.failure.value} />;
  const draft = editing.draft.value;
  const drawn = editing.drawn.value;
  if (draft === null || drawn === null) return <Loading what="the source of the chart" />;
  return <Editor editing={editing} draft={draft} drawn={drawn} />;
}

interface EditorProps {
  readonly editing: Editing;
  readonly draft: DraftAnswer;
  readonly drawn: DrawnChart;
}

const mayPan = (event: PointerEvent): boolean => {
  return !(event.target as Element).closest("[data-handle], .edit-pad, .edit-rename");
};

function Editor({ editing, draft, drawn }: EditorProps) {
  const chart = useRef<ChartHandle | null>(null);
  const drag = useDrag();
  const scale = useSignal(1);
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const [isReviewed, setReviewed] = useState(false);
  const [isRenaming, setRenaming] = useState(false);
  const selection = editing.selection.value;
  const { model, outline } = draft;
  const state =
    selection?.kind === "state" ? model.states.find(({ id }) => id === selection.id) : undefined;
  const edge =
    selection?.kind === "edge" ? model.edges.find(({ id }) => id === selection.id) : undefined;
  const root = model.states[0];

  const select = (next: Selection | null): void => {
    editing.selection.value = next;
    setRenaming(false);
  };
  const focusChart = (): void => chart.current?.element.focus();
  const rename = (): void => {
    scale.value = chart.current?.viewport.view.peek().scale ?? 1;
    if (state !== undefined && state.parent !== null) setRenaming(true);
  };
  const actions = {
    editing,
    outline,
    state,
    edge,
    rename,
    dialog: setDialog,
    review: () => setReviewed(true),
  };
  const items = padItems(actions);
  const commands = useMemo(() => editCommands(actions), [draft, selection]);
  useCommands(commands);
  const overlay = useMemo((): Overlay => overlayOf(draft, drag.value), [draft, drag.value]);

  const box = drawn.layout.states.find(({ id }) => id === selection?.id);
  const pad =
    isRenaming && state !== undefined && box !== undefined ? (
      <Rename
        key={state.id}
        value={state.key}
        widthPx={box.width * scale.value}
        onCancel={() => {
          setRenaming(false);
          focusChart();
        }}
        onDone={(to) => {
          if (!isRenaming) return;
          setRenaming(false);
          focusChart();
          if (to === "" || to === state.key) return;
          const path = [...state.path];
          void editing.do([{ op: "renameState", path, to }], stateAt([...path.slice(0, -1), to]));
        }}
      />
    ) : (
      items.length > 0 && <Pad items={items} />
    );
  return (
    <div class="screen-split is-editing" aria-busy={editing.isBusy.value}>
      <Chart
        drawn={drawn}
        whole={model}
        label={`Chart of the saga ${draft.saga}, being edited`}
        overlay={overlay}
        selection={selection}
        onSelect={select}
        onFold={(id) => editing.fold(id)}
        onFoldAll={(isFolded) => editing.setFolded(isFolded ? foldable(model, 1) : new Set())}
        onDirection={() => editing.turn()}
        onOpen={(chosen) => chosen.kind === "state" && rename()}
        onReady={(handle) => (chart.current = handle)}
        mayPan={mayPan}
        layer={<Handles editing={editing} drag={drag} chart={chart} />}
        pad={pad || undefined}
      >
        <EditBar editing={editing} draft={draft} onReview={() => setReviewed(true)} />
        {drag.value?.refusal && (
          <p class="edit-notice is-bad" role="status">
            {drag.value.refusal}
          </p>
        )}
      </Chart>
      <EditPanel
        editing={editing}
        draft={draft}
        drawn={drawn}
        overlay={overlay}
        onSelect={select}
        onDialog={setDialog}
      />
      {dialog !== null && root !== undefined && (
        <EditDialog
          name={dialog}
          editing={editing}
          draft={draft}
          state={state ?? root}
          onClose={() => {
            setDialog(null);
            focusChart();
          }}
        />
      )}
      {isReviewed && (
        <Review
          editing={editing}
          draft={draft}
          onClose={() => {
            setReviewed(false);
            focusChart();
          }}
        />
      )}
    </div>
  );
}

interface EditPanelProps extends EditorProps {
  readonly overlay: Overlay;
  readonly onSelect: (selection: Selection | null) => void;
  readonly onDialog: (name: DialogName) => void;
}

function EditPanel({ editing, draft, drawn, overlay, onSelect, onDialog }: EditPanelProps) {
  const selection = editing.selection.value;
  const { states, edges } = draft.model;
  const edge = edges.find(({ id }) => id === selection?.id);
  const state = states.find(({ id }) => id === selection?.id) ?? states[0];
  const form = (): ComponentChildren => {
    if (edge !== undefined) return <EdgeForm editing={editing} draft={draft} edge={edge} />;
    if (state === undefined) return null;
    return <StateForm editing={editing} draft={draft} state={state} onDialog={onDialog} />;
  };
  return (
    <Panel
      label="What is selected"
      tabs={{
        Form: form,
        Code: () => <Code draft={draft} selection={selection} />,
        Outline: () => (
          <Outline
            model={draft.model}
            folded={new Set(drawn.folded)}
            overlay={overlay}
            selection={selection}
            onSelect={onSelect}
            onFold={(id) => editing.fold(id)}
          />
        ),
      }}
    />
  );
}

function EditBar({
  editing,
  draft,
  onReview,
}: Pick<EditorProps, "editing" | "draft"> & { onReview: () => void }) {
  const count = editing.steps.value.length;
  const refusal = editing.refusal.value;
  const news = editing.news.value;
  return (
    <div class="edit-bar-place">
      <div class="edit-bar" role="toolbar" aria-label="Draft">
        <IconButton
          icon="undo"
          label="Undo"
          keys="Ctrl Z"
          disabled={count === 0}
          onClick={() => void editing.undo()}
        />
        <IconButton
          icon="redo"
          label="Redo"
          keys="Ctrl Shift Z"
          disabled={editing.undone.value.length === 0}
          onClick={() => void editing.redo()}
        />
        <span class="edit-count">
          {count === 0 ? draft.file : `${count} ${count === 1 ? "edit" : "edits"}, not written`}
        </span>
        {count > 0 && (
          <Button kind="quiet" onClick={() => void editing.discard()}>
            Discard
          </Button>
        )}
        <Button kind="primary" disabled={count === 0} onClick={onReview} title="Ctrl S">
          Review
        </Button>
      </div>
      {refusal !== null && (
        <p class="edit-notice is-bad" role="alert">
          {refusal}
          <IconButton icon="close" label="Dismiss" onClick={() => (editing.refusal.value = null)} />
        </p>
      )}
      {news !== null && (
        <p class="edit-notice" role="status">
          {news}
          <IconButton icon="close" label="Dismiss" onClick={() => (editing.news.value = null)} />
        </p>
      )}
    </div>
  );
}

/** What cannot be edited is hatched; what registration refuses is marked; a target says whether it can be one. */
function overlayOf(
  { model, outline, registration }: DraftAnswer,
  drag: ReturnType<typeof useDrag>["value"],
): Overlay {
  const readOnly = new Map<string, string>();
  for (const { id } of model.states) {
    const edit = outline.states[id]?.edit;
    if (edit?.level === "editable" || edit?.level === "partial") continue;
    readOnly.set(id, edit?.reasons.join("; ") ?? "it is made by code");
  }
  for (const edge of model.edges) {
    if (edge.kind === "initial") continue;
    const edit = outline.edges[edge.id]?.edit;
    if (edit?.level === "readonly" || edit === undefined) {
      readOnly.set(
        edge.id,
        `${edgeText(edge)}: ${edit?.reasons.join("; ") ?? "it is made by code"}`,
      );
    }
  }
  const refused = new Map(registration.findings.map(({ state }) => [state, "bad" as const]));
  const tones = new Map<string, "good" | "bad">(
    model.states.flatMap(({ id, path }) =>
      refused.has(path.join(".")) ? [[id, "bad"] as const] : [],
    ),
  );
  if (drag?.over) tones.set(drag.over, drag.refusal === null ? "good" : "bad");
  return { readOnly, tones };
}
