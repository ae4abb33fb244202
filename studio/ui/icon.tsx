/** Small pictures for buttons, drawn with the colour of their text. */

const paths = {
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fold: "M4 2l4 4 4-4M4 14l4-4 4 4",
  unfold: "M4 6l4-4 4 4M4 10l4 4 4-4",
  down: "M8 2v11M4 9.5L8 13.5 12 9.5",
  right: "M2 8h11M9.5 4L13.5 8 9.5 12",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.5 10.5L14 14",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  help: "M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.6M8 12.2v.1",
  close: "M4 4l8 8M12 4l-8 8",
  list: "M5.5 4h8.5M5.5 8h8.5M5.5 12h8.5M2 4h.1M2 8h.1M2 12h.1",
  tree: "M3 2v9.5h4M3 6h4M9.5 4.5h4v3h-4zM9.5 10h4v3h-4z",
  chevron: "M6 4l4 4-4 4",
  back: "M10 4L6 8l4 4",
  undo: "M5.5 3L2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H7",
  redo: "M10.5 3l3 3-3 3M13.5 6h-7a4 4 0 0 0 0 8H9",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.5l7 4.5-7 4.5z",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  clock: "M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2M8 5v3.2l2.2 1.4",
  fork: "M4.5 2.5v11M4.5 9c4 0 6.5-1 6.5-4.5M9 6l2-2 2 2",
  up: "M8 13.5v-11M4 6.5L8 2.5l4 4",
  pencil: "M3 13l.6-2.8L11 2.8a1 1 0 0 1 1.4 0l.8.8a1 1 0 0 1 0 1.4l-7.4 7.4z",
  arrow: "M2 12.5c5 0 4-9 11-9M9.8 1l3.4 2.5L10.6 7",
  inside: "M2 2.5h12v11H2zM8 5.5v5M5.5 8h5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.8 9.5h6.4L12 4M6.6 6.8v4M9.4 6.8v4",
  move: "M8 1.8v12.4M1.8 8h12.4M6 3.8l2-2 2 2M6 12.2l2 2 2-2M3.8 6l-2 2 2 2M12.2 6l2 2-2 2",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect class="logo-ground" x="1" y="1" width="30" height="30" rx="8" />
      <rect class="logo-solid" x="6" y="6.5" width="11" height="7.5" rx="2.6" />
      <rect class="logo-line" x="15" y="18" width="11" height="7.5" rx="2.6" />
      <path class="logo-line" d="M10.5 14v5.2a2.4 2.4 0 0 0 2.4 2.4H15" />
    </svg>
  );
}
