/** The app: its head, the screen of the present path, and what may lie over it. */
import type { FunctionComponent } from "preact";
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { Empty, Failure, Loading } from "../ui/message.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { runKey, useCommands } from "./commands.ts";
import { connection } from "./connection.ts";
import { Head } from "./head.tsx";
import { Help } from "./help.tsx";
import { followLinks, go, href, paths, place } from "./location.ts";
import { Palette } from "./palette.tsx";
import { screenAt } from "./screens.ts";
import type { Found, ScreenEntry, ScreenProps } from "./screens.ts";
import { toggleTheme } from "./theme.ts";

type Over = "palette" | "help" | null;

export function App() {
  const [over, setOver] = useState<Over>(null);
  const { path } = place.value;
  const found = useMemo(() => screenAt(path), [path]);
  useCommands(
    useMemo(
      () => [
        {
          group: "Everywhere",
          name: "Commands",
          keys: ["Ctrl+k", "/"],
          run: () => setOver("palette"),
        },
        { group: "Everywhere", name: "Keys", keys: ["?"], run: () => setOver("help") },
        { group: "Everywhere", name: "All sagas", keys: ["s"], run: () => go(paths.sagas()) },
        { group: "Everywhere", name: "New saga", run: () => go(paths.create()) },
        { group: "Everywhere", name: "Import a chart", run: () => go(paths.import()) },
        { group: "Everywhere", name: "Light or dark", keys: ["D"], run: toggleTheme },
      ],
      [],
    ),
  );
  // Before anything is seen: who sees it may press keys.
  useLayoutEffect(() => {
    addEventListener("keydown", runKey);
    return () => removeEventListener("keydown", runKey);
  }, []);
  useEffect(() => {
    const { saga, id } = found?.params ?? {};
    const parts = [id ?? saga, found?.entry.title, "Sagachart"].filter(
      (part) => part !== undefined,
    );
    document.title = parts.join(" · ");
  }, [found]);

  return (
    <div class="app" onClick={followLinks}>
      <a class="skip" href="#screen">
        Skip to the screen
      </a>
      <Head found={found} onPalette={() => setOver("palette")} onHelp={() => setOver("help")} />
      <Banner />
      <main id="screen" tabIndex={-1}>
        {found === null ? <NoScreen path={path} /> : <Screen key={keyOf(found)} found={found} />}
      </main>
      {over === "palette" && <Palette onClose={() => setOver(null)} />}
      {over === "help" && <Help onClose={() => setOver(null)} />}
      <Toasts />
    </div>
  );
}

function keyOf({ entry, params }: Found): string {
  return JSON.stringify([entry.path, params]);
}

/** Loads a screen and shows it. */
function Screen({ found: { entry, params } }: { found: Found }) {
  const [loaded, setLoaded] = useState<FunctionComponent<ScreenProps> | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = (which: ScreenEntry): void => {
    setError(null);
    which.load().then(({ Screen: one }) => setLoaded(() => one), setError);
  };
  useEffect(() => load(entry), [entry]);
  if (error !== null) return <Failure error={error} onRetry={() => load(entry)} />;
  if (loaded === null) return <Loading what={entry.title.toLowerCase()} />;
  const Loaded = loaded;
  return <Loaded params={params} />;
}

function NoScreen({ path }: { path: string }) {
  return (
    <Empty title="There is nothing here">
      <p>
        The Studio has no page at <code>{path}</code>. <a href={href("/")}>See all sagas</a>
      </p>
    </Empty>
  );
}

function Banner() {
  if (connection.value === "fine") return null;
  return (
    <div class="banner" role="alert">
      The server does not answer. What you see may be old; it goes on by itself when the server is
      back.
    </div>
  );
}
