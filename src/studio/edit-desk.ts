/** The desk: what editing does behind its routes. It is loaded when somebody edits for the first time. */
import { Drafts } from "../draft/drafts.ts";
import type { Draft } from "../draft/drafts.ts";
import { toOperations } from "../edit/operation.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { affectedBy } from "./affected.ts";
import type { Affected } from "./affected.ts";
import { planSaga, readCreateRequest, writeSaga } from "./create-saga.ts";
import type { PlannedSaga } from "./create-saga.ts";
import { KeptRenames, runningVersion } from "./kept-renames.ts";
import type { SagaFolder } from "./saga-folder.ts";

/** A draft as the Studio shows it. */
export interface DraftAnswer extends Draft {
  readonly affected: readonly Affected[];
  /** Whether the server runs this saga; one that was just created it does not. */
  readonly isRunning: boolean;
}

export interface EditDeskOptions {
  readonly runtime: Runtime;
  readonly folder: SagaFolder;
  readonly isKnown: (saga: string) => boolean;
}

/** `operations` are as a client sent them: what is none of ours is refused. */
export class EditDesk {
  readonly #options: EditDeskOptions;
  readonly #drafts: Drafts;

  constructor(options: EditDeskOptions) {
    this.#options = options;
    this.#drafts = new Drafts(options.folder.machinesPath, options.runtime.clock);
  }

  async draft(saga: string, operations: unknown): Promise<DraftAnswer> {
    const { runtime, isKnown } = this.#options;
    const draft = await this.#drafts.draft(saga, toOperations(operations));
    const affected = await affectedBy(runtime, draft);
    return { ...draft, affected, isRunning: isKnown(saga) };
  }

  check(saga: string, operations: unknown): ReturnType<Drafts["check"]> {
    return this.#drafts.check(saga, toOperations(operations));
  }

  types(saga: string, operations: unknown): ReturnType<Drafts["types"]> {
    return this.#drafts.types(saga, toOperations(operations));
  }

  /** Writes the chart if its file is still the one with `sha`; gives the sha that it has then. */
  async save(
    saga: string,
    operations: unknown,
    sha: string,
  ): Promise<{ readonly saga: string; readonly sha: string }> {
    const { runtime, folder } = this.#options;
    const made = toOperations(operations);
    const renames = new KeptRenames(folder.folderOf(saga));
    // Before anything is written: a map that cannot be read is to be mended first.
    const kept = renames.after(runningVersion(runtime, saga), made);
    const { sha: now } = await this.#drafts.save(saga, made, sha);
    renames.write(kept);
    return { saga, sha: now };
  }

  /** A saga that does not exist yet, written if that is asked for. */
  create(body: unknown): { readonly planned: PlannedSaga; readonly isWritten: boolean } {
    const { folder, isKnown } = this.#options;
    const projectPath = process.cwd();
    const request = readCreateRequest(body);
    const planned = planSaga(request, { folder, projectPath, isKnown });
    if (request.write) writeSaga(planned, projectPath);
    return { planned, isWritten: request.write };
  }

  close(): void {
    this.#drafts.close();
  }
}
