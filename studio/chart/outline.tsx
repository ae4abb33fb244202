/**
 * The outline: the states of a chart as a tree in words, in step with the drawing. It is the chart for screen
 * readers and for small screens.
 */
import { useRef } from "preact/hooks";
import type { ChartModel, StateModel } from "../../src/draw/model.ts";
import { toTree } from "../../src/draw/tree.ts";
import type { ChartTree } from "../../src/draw/tree.ts";
import type { Overlay, Selection } from "./overlay.ts";
import { spokenState } from "./walk.ts";

export interface OutlineProps {
  /** Without folds. */
  readonly model: ChartModel;
  readonly folded: ReadonlySet<string>;
  readonly overlay?: Overlay;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection) => void;
  readonly onFold: (state: string) => void;
}

interface Row {
  readonly state: StateModel;
  readonly depth: number;
  readonly isParent: boolean;
}

export function Outline({ model, folded, overlay, selection, onSelect, onFold }: OutlineProps) {
  const list = useRef<HTMLDivElement>(null);
  const tree = toTree(model);
  const rows = rowsOf(tree, tree.root, folded);
  const chosen = rows.findIndex(({ state }) => state.id === selection?.id);
  const stop = Math.max(0, chosen);

  const goTo = (at: number): void => {
    const row = rows[at];
    if (row === undefined) return;
    onSelect({ kind: "state", id: row.state.id });
    const items = list.current?.querySelectorAll<HTMLElement>("[role=treeitem]");
    items?.[at]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[stop];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = row.isParent && !folded.has(row.state.id);
    const parent = rows.findIndex(({ state }) => state.id === row.state.parent);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(stop + 1),
      ArrowUp: () => goTo(stop - 1),
      Home: () => goTo(0),
      End: () => goTo(rows.length - 1),
      ArrowRight: () => (row.isParent && !isOpen ? onFold(row.state.id) : isOpen && goTo(stop + 1)),
      ArrowLeft: () => (isOpen && row.depth > 0 ? onFold(row.state.id) : goTo(parent)),
      Enter: () => goTo(stop),
      " ": () => row.isParent && onFold(row.state.id),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  return (
    <div ref={list} class="outline" role="tree" aria-label="States" onKeyDown={onKeyDown}>
      {rows.map(({ state, depth, isParent }, at) => (
        <div
          key={state.id}
          role="treeitem"
          class={classesOf(state, overlay)}
          style={{ paddingInlineStart: `${8 + depth * 16}px` }}
          tabIndex={at === stop ? 0 : -1}
          aria-level={depth + 1}
          aria-selected={at === chosen}
          aria-expanded={isParent ? !folded.has(state.id) : undefined}
          data-outline={state.id}
          onClick={() => goTo(at)}
        >
          <span
            class={isParent ? "twist" : "twist is-leaf"}
            aria-hidden="true"
            onClick={(event) => {
              if (!isParent) return;
              event.stopPropagation();
              onFold(state.id);
            }}
          />
          <span class="outline-name">{state.key}</span>
          {(overlay?.badges?.get(state.id) ?? []).map(({ text, label, tone }) => (
            <span key={label} class={`tag is-${tone}`} title={label}>
              <span aria-hidden="true">{text}</span>
              <span class="unseen"> {label}</span>
            </span>
          ))}
          {overlay?.active?.has(state.id) === true && <span class="tag is-now">now</span>}
          {state.phase !== null && <span class="outline-phase">{state.phase}</span>}
          <span class="unseen">, {spokenState(tree, state, overlay?.active)}</span>
        </div>
      ))}
    </div>
  );
}

function rowsOf(tree: ChartTree, state: StateModel, folded: ReadonlySet<string>, depth = 0): Row[] {
  const children = tree.childrenOf(state.id);
  const row = { state, depth, isParent: children.length > 0 };
  if (folded.has(state.id)) return [row];
  return [row, ...children.flatMap((child) => rowsOf(tree, child, folded, depth + 1))];
}

function classesOf({ id, phase }: StateModel, overlay: Overlay | undefined): string {
  return [
    "outline-row",
    ...(phase === null ? [] : [`is-phase-${phase}`]),
    ...(overlay?.active?.has(id) === true ? ["is-active"] : []),
    ...(overlay?.faded?.has(id) === true ? ["is-faded"] : []),
  ].join(" ");
}
