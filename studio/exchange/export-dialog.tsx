/** The chart of a saga as a file, in all formats that there are. */
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { tellFailure } from "../ui/toasts.tsx";
import "../styles/exchange.css";

const formats = [
  { format: "svg", name: "SVG", ending: "svg", what: "a picture that stays sharp" },
  { format: "json", name: "XState JSON", ending: "json", what: "for createMachine and Stately" },
  { format: "scxml", name: "SCXML", ending: "scxml", what: "the standard of the W3C" },
  { format: "mermaid", name: "Mermaid", ending: "mmd", what: "for READMEs and issues" },
  { format: "model", name: "Chart model", ending: "model.json", what: "states and edges as data" },
] as const;

export function ExportDialog({ saga, onClose }: { saga: string; onClose: () => void }) {
  const url = (format: string): string => `/sagas/${encodeURIComponent(saga)}?format=${format}`;
  return (
    <Dialog title={`Export the chart of ${saga}`} onClose={onClose}>
      <ul class="export-list">
        <li>
          <button type="button" onClick={() => void toPng(url("svg"), `${saga}.png`)}>
            <b>PNG</b>
            <span class="quiet">a picture for everything else</span>
          </button>
        </li>
        {formats.map(({ format, name, ending, what }) => (
          <li key={format}>
            <a href={url(format)} download={`${saga}.${ending}`}>
              <b>{name}</b>
              <span class="quiet">{what}</span>
            </a>
          </li>
        ))}
      </ul>
      <p class="quiet">
        The TypeScript itself is in machines/{saga}/chart.ts; Stately’s tools open it as it is.
      </p>
      <div class="dialog-foot">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

/** Twice as large as it is drawn, for screens of today; no browser draws a larger canvas everywhere. */
const SCALE = 2;
const SIDE_PX_MAX = 8_000;

async function toPng(url: string, name: string): Promise<void> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error("the server has no picture of this chart");
    const source = URL.createObjectURL(
      new Blob([await response.text()], { type: "image/svg+xml" }),
    );
    const image = new Image();
    image.src = source;
    await image.decode();
    const scale = Math.min(SCALE, SIDE_PX_MAX / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(source);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob === null) throw new Error("this browser makes no PNG of it");
    save(blob, name);
  } catch (error) {
    tellFailure(error);
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
