/** Dots that travel along the edges of a chart as they are taken. */
import type { Layout } from "../../src/draw/layout.ts";
import { roundedPath } from "../../src/draw/path.ts";
import { isCalm } from "../app/theme.ts";

const TRAVEL_MS = 700;
/** More at a time tell nothing more, and cost frames. */
const DOTS_MAX = 80;

let dots = 0;

/** Sends a dot along each of these edges, one after the other. `ground` is moved with the drawing. */
export function travel(ground: SVGGElement, { lines }: Layout, edges: readonly string[]): void {
  if (isCalm() || document.hidden) return;
  for (const [index, edge] of edges.entries()) {
    const line = lines.find((one) => one.edge === edge);
    if (line === undefined || dots >= DOTS_MAX) continue;
    sendDot(ground, roundedPath(line.points), (index * TRAVEL_MS) / 3);
  }
}

function sendDot(ground: SVGGElement, path: string, delay: number): void {
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  dot.setAttribute("r", "5");
  dot.setAttribute("class", "traveller");
  dot.style.offsetPath = `path("${path}")`;
  ground.append(dot);
  dots += 1;
  const end = (): void => {
    dots -= 1;
    dot.remove();
  };
  dot
    .animate(
      [
        { offsetDistance: "0%", opacity: 0 },
        { offsetDistance: "10%", opacity: 1, offset: 0.1 },
        { offsetDistance: "90%", opacity: 1, offset: 0.9 },
        { offsetDistance: "100%", opacity: 0 },
      ],
      { duration: TRAVEL_MS, delay, easing: "ease-in-out", fill: "both" },
    )
    .finished.then(end, end);
}
