/** Light or dark: as the system has it, until somebody chooses. The choice is kept in this browser. */
import { signal } from "@preact/signals";

const KEY = "sagachart.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

type Theme = "light" | "dark";

const chosen = signal<Theme | null>(readChosen());

function readChosen(): Theme | null {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : null;
}

/** Changes to the other theme; to what the system has, if that is it. */
export function toggleTheme(): void {
  const current = chosen.value ?? (system.matches ? "dark" : "light");
  const next = current === "dark" ? "light" : "dark";
  const isSystems = next === (system.matches ? "dark" : "light");
  chosen.value = isSystems ? null : next;
  if (isSystems) {
    delete document.documentElement.dataset["theme"];
    localStorage.removeItem(KEY);
  } else {
    document.documentElement.dataset["theme"] = next;
    localStorage.setItem(KEY, next);
  }
}

/** Whether things should not move. */
export function isCalm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
