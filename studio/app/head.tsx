/** The head of the page: where one is, what else there is of this saga, and what is there everywhere. */
import { IconButton } from "../ui/button.tsx";
import { Icon, Logo } from "../ui/icon.tsx";
import { href, paths } from "./location.ts";
import { screens } from "./screens.ts";
import type { Found } from "./screens.ts";
import { toggleTheme } from "./theme.ts";

export interface HeadProps {
  readonly found: Found | null;
  readonly onPalette: () => void;
  readonly onHelp: () => void;
}

export function Head({ found, onPalette, onHelp }: HeadProps) {
  return (
    <header class="head">
      <nav class="crumbs" aria-label="Where you are">
        <a class="home" href={href("/")} title="All sagas">
          <Logo />
          <span>Sagachart</span>
        </a>
        {found !== null && <Crumbs found={found} />}
      </nav>
      {found !== null && <Tabs found={found} />}
      <div class="head-end">
        <button type="button" class="finder" title="Find" onClick={onPalette}>
          <Icon name="search" />
          <span>Find</span>
          <kbd>Ctrl K</kbd>
        </button>
        <IconButton icon="help" label="Keys" keys="?" onClick={onHelp} />
        <IconButton icon="theme" label="Light or dark" keys="Shift D" onClick={toggleTheme} />
      </div>
    </header>
  );
}

function Crumbs({ found: { entry, params } }: { found: Found }) {
  const { saga, id } = params;
  if (saga === undefined) return entry.path === "/" ? null : <Here title={entry.title} />;
  return (
    <>
      <span class="crumb-sign" aria-hidden="true">
        /
      </span>
      <a
        class="crumb"
        href={href(paths.saga(saga))}
        aria-current={id === undefined ? "page" : undefined}
      >
        {saga}
      </a>
      {id !== undefined && (
        <>
          <span class="crumb-sign" aria-hidden="true">
            /
          </span>
          <span class="crumb is-mono" aria-current="page">
            {id}
          </span>
        </>
      )}
    </>
  );
}

/** A screen that is of no saga. */
function Here({ title }: { title: string }) {
  return (
    <>
      <span class="crumb-sign" aria-hidden="true">
        /
      </span>
      <span class="crumb" aria-current="page">
        {title}
      </span>
    </>
  );
}

/** The screens of the same saga. */
function Tabs({ found: { entry, params } }: { found: Found }) {
  const { saga } = params;
  const tabs = screens.filter(({ tab }) => tab !== undefined);
  if (saga === undefined || tabs.length < 2) return null;
  return (
    <nav class="tabs" aria-label="Screens of this saga">
      {tabs.map((one) => (
        <a
          key={one.path}
          href={href(one.path.replace(":saga", encodeURIComponent(saga)))}
          aria-current={one === entry ? "page" : undefined}
        >
          {one.tab}
        </a>
      ))}
    </nav>
  );
}
