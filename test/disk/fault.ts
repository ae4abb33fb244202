/** What goes wrong with a disk, as the shim is told. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What goes wrong; `disk-shim.c` says what each means. */
export type FaultKind = "kill" | "torn" | "full" | "no-growth" | "eio-write" | "eio-sync";

export interface Fault {
  readonly what: FaultKind;
  /** The operation that it happens at, counted from 1 from now on. */
  readonly nth: number;
  readonly often: "once" | "ever";
}

/** From now on, `fault` happens to whoever writes in `folder` on the shim; null: all is well again. */
export function setFault(folder: string, fault: Fault | null): void {
  const path = join(folder, "fault");
  if (fault === null) {
    rmSync(path, { force: true });
    return;
  }
  // A new file each time, so that the shim sees that it changed.
  writeFileSync(`${path}.new`, `${fault.what} ${fault.nth} ${fault.often}`);
  renameSync(`${path}.new`, path);
}
