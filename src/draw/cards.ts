/** A chart as nested cards, one below the other, with every edge told in words. It always succeeds. */
import { edgeRow, stateContent } from "./content.ts";
import type { StateContent } from "./content.ts";
import type { Layout, StateBox } from "./layout.ts";
import type { ChartModel, StateModel } from "./model.ts";
import { toTree } from "./tree.ts";
import type { ChartTree } from "./tree.ts";

const MARGIN = 16;
const GAP = 10;
const PADDING = 14;

export function layoutCards(model: ChartModel): Layout {
  const tree = toTree(model);
  const root = cardOf(tree, tree.root);
  const states = placed(root, { x: MARGIN, y: MARGIN }, 0);
  return {
    width: root.width + 2 * MARGIN,
    height: root.height + 2 * MARGIN,
    style: "cards",
    states,
    marks: [],
    lines: [],
  };
}

interface Card {
  readonly state: StateModel;
  readonly content: StateContent;
  readonly children: readonly Card[];
  readonly isRegion: boolean;
  readonly width: number;
  readonly height: number;
}

function cardOf(tree: ChartTree, state: StateModel): Card {
  const rows = tree.edgesFrom(state.id).map((edge) => {
    const goals = edge.targets.map((id) => tree.state(id).path.join(".") || tree.root.key);
    return edgeRow(edge, goals.length === 0 ? null : goals.join(", "));
  });
  const content = stateContent(state, rows);
  const children = tree.childrenOf(state.id).map((child) => cardOf(tree, child));
  const inside = children.reduce((sum, { height }) => sum + height + GAP, 0);
  const widest = Math.max(0, ...children.map(({ width }) => width));
  return {
    state,
    content,
    children,
    isRegion: tree.isRegion(state),
    width: Math.max(content.width, widest + 2 * PADDING),
    height: content.headHeight + (children.length === 0 ? 0 : inside + PADDING - GAP),
  };
}

function placed(card: Card, at: { x: number; y: number }, depth: number): readonly StateBox[] {
  const { state, content, children, isRegion, width, height } = card;
  const isLeaf = children.length === 0;
  const own = { id: state.id, ...at, width, height, depth, isLeaf, isRegion, content };
  let y = at.y + content.headHeight;
  const inside = children.flatMap((child) => {
    const boxes = placed(child, { x: at.x + PADDING, y }, depth + 1);
    y += child.height + GAP;
    return boxes;
  });
  return [own, ...inside];
}
