/** The editor of a chart: the drawing is what XState makes of the draft, and each edit is one of its TypeScript. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { DraftAnswer } from "../../src/studio/edit-routes.ts";
import type { DrawnChart } from "../../src/studio/layout-routes.ts";
import { foldable } from "../../src/draw/fold.ts";
import { useQuery } from "../api/query.ts";
import { listen } from "../api/stream.ts";
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
import { editOverlay } from "../edit/edit-overlay.ts";
import { EdgeForm } from "../edit/edge-form.tsx";
import { Editing, stateAt } from "../edit/editing.ts";
import { EditBar } from "../edit/edit-bar.tsx";
import { editCommands } from "../edit/edit-commands.ts";
import { Handles, retargeted, useDrag } from "../edit/handles.tsx";
import { Pad, Rename } from "../edit/pad.tsx";
import { onKept } from "../edit/kept-draft.ts";
import { padItems } from "../edit/pad-items.ts";
import { Review } from "../edit/review.tsx";
import { StateForm } from "../edit/state-form.tsx";
import { useAim } from "../edit/use-aim.ts";
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
    const unkeep = onKept(saga, () => void editing.adopt());
    const unlisten = listen("/studio/api/changes", {
      event: "change",
      onData: (data) => (data as { saga: string }).saga === saga && void editing.reload(),
      // The server was away, such as to be started anew.
      onOpen: () => void editing.wake(),
    });
    return () => {
      unkeep();
      unlisten();
    };
  }, [editing, mayEdit]);

  if (allowed.error.value !== null) {
    return <Failure error={allowed.error.value} onRetry={allowed.reload} />;
  }
  if (mayEdit === false) {
    return (
      <Empty title="Charts are not edited on this server">
        <p>It runs in production, or for others too. Set SAGACHART_STUDIO_EDIT=on to allow it.</p>
      </Empty>
    );
  }
  if (editing.failure.value !== null) {
    return <Failure error={editing.failure.value} onRetry={() => void editing.open()} />;
  }
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
  const { dialog, setDialog, target, aim, close } = useDialogs(editing, draft, focusChart);
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
    lead: aim.begin,
    review: () => setReviewed(true),
  };
  const items = aim.aimed === null ? padItems(actions) : [];
  const commands = useMemo(() => editCommands(actions), [draft, selection]);
  useCommands(commands);
  const aimed = drag.value ?? aim.aimed;
  const types = editing.types.value;
  const overlay = useMemo(() => editOverlay(draft, types, aimed), [draft, types, aimed]);

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
    <div
      class="screen-split is-editing"
      aria-busy={editing.isBusy.value}
      onKeyDownCapture={aim.onKeyDown}
      onClickCapture={aim.onClick}
    >
      <Chart
        drawn={drawn}
        whole={model}
        label={`Chart of the saga ${draft.saga}, being edited`}
        overlay={overlay}
        selection={aim.selection ?? selection}
        onSelect={aim.aimed === null ? select : aim.onSelect}
        onFold={(id) => editing.fold(id)}
        onFoldAll={(isFolded) => editing.setFolded(isFolded ? foldable(model, 1) : new Set())}
        onDirection={() => editing.turn()}
        onOpen={(chosen) => chosen.kind === "state" && rename()}
        onReady={(handle) => (chart.current = handle)}
        mayPan={mayPan}
        layer={<Handles editing={editing} drag={drag} chart={chart} />}
        pad={pad || undefined}
      >
        <EditBar editing={editing} draft={draft} onReview={() => setReviewed(true)}>
          {aim.aimed !== null && (
            <p class="edit-notice" role="status">
              <span>
                Lead it to <b>{aim.name}</b>? Arrow keys choose, Enter takes it, or click a state.
              </span>
            </p>
          )}
          {aimed?.refusal && (
            <p class="edit-notice is-bad" role="status">
              {aimed.refusal}
            </p>
          )}
        </EditBar>
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
          target={target}
          onClose={close}
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

/** The dialog that is open, and the choice of a target before one. */
function useDialogs(editing: Editing, draft: DraftAnswer, focusChart: () => void) {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const [target, setTarget] = useState<readonly string[] | null>(null);
  const selection = editing.selection.value;
  const aim = useAim({ draft, selection, focusChart }, (chosen) => {
    if (selection?.kind === "edge") {
      const outlined = draft.outline.edges[selection.id];
      if (outlined !== undefined) void editing.do(...retargeted(outlined, selection.id, chosen));
      return;
    }
    setTarget(chosen);
    setDialog("transition");
  });
  const close = (): void => {
    setDialog(null);
    setTarget(null);
    focusChart();
  };
  return { dialog, setDialog, target, aim, close };
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
