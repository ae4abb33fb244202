/** The looks of the pages: one sheet inside each page, allowed by its hash, so that nothing is fetched. */
import { createHash } from "node:crypto";

export const style = `
:root { color-scheme: light dark; --text: #1c2127; --soft: #57606a; --back: #fff; --card: #f6f8fa; --line: #d5dae0; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ed; --soft: #9aa4af; --back: #14171b; --card: #1c2026; --line: #333a43; --link: #7ab7ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; color: var(--text); background: var(--back); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { margin: 0.5rem 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.2rem; text-transform: capitalize; }
h3 { margin: 1rem 0 0.25rem; font-size: 0.95rem; }
p { margin: 0.25rem 0; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0.5rem 0; }
code, pre { font: 0.875rem/1.45 ui-monospace, monospace; }
pre { margin: 0.25rem 0; padding: 0.75rem; max-height: 24rem; overflow: auto; background: var(--back); border: 1px solid var(--line); border-radius: 6px; overflow-wrap: normal; }
details { margin: 0.5rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
summary { padding: 0.5rem 0.75rem; cursor: pointer; }
summary code { font-weight: 600; }
details > div { padding: 0 0.75rem 0.75rem; }
.method { display: inline-block; min-width: 3.6rem; color: var(--soft); }
.says, .none { color: var(--soft); }
.says { display: block; }
dl { margin: 0.25rem 0; }
dt { margin-top: 0.5rem; }
dd { margin: 0; color: var(--soft); }
section.error { margin: 1rem 0; padding: 0.25rem 0.75rem; border-left: 3px solid var(--line); }
section.error:target { border-color: var(--link); background: var(--card); }
section.error h2 { margin: 0.25rem 0; font-size: 1rem; text-transform: none; }
`;

const hash = createHash("sha256").update(style).digest("base64");

/** Nothing may be loaded, run, sent or framed; only this one sheet applies. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
