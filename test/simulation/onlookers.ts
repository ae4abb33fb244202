/**
 * Onlookers: they look at instances while these move, two of them at one time. What they are shown must stand in the
 * journal in the end, and must never be older than what somebody was told before they looked.
 */
import type { InstanceView } from "../../src/runtime/readers/view.ts";
import type { InstanceKey } from "../../src/store/store.ts";
import type { Clients } from "./clients.ts";
import type { Stage } from "./stage.ts";

/** What somebody was shown. */
export interface Look extends Pick<InstanceView, "revision" | "state" | "phase" | "updatedAtMs"> {
  readonly key: InstanceKey;
}

const LOOKS = 20;
const LAST_MS = 20_000;

export class Onlookers {
  readonly #stage: Stage;
  readonly #clients: Clients;
  readonly looks: Look[] = [];
  readonly violations: string[] = [];

  constructor(stage: Stage, clients: Clients) {
    this.#stage = stage;
    this.#clients = clients;
  }

  /** Looks at an instance from time to time, if chance will have it. */
  play(key: InstanceKey): void {
    const { chance, faults, time } = this.#stage;
    if (!faults.strikes("look")) return;
    for (let nth = 0; nth < LOOKS; nth += 1) {
      time.after(chance.between("looks", 0, LAST_MS), () => {
        this.#look(key);
        this.#look(key);
      });
    }
  }

  #look(key: InstanceKey): void {
    const known = this.#knownOf(key);
    this.#clients.ask(
      (runtime) => runtime.get({ name: key.saga }, key.instanceId),
      (answer) => {
        if (answer.kind === "none") return;
        if (answer.kind === "ok") this.#see(key, answer.value, known);
        else if (answer.error.code !== "SAGA_INSTANCE_NOT_FOUND" || known > 0) {
          this.#tell(key, `cannot be looked at: ${answer.error.message}`);
        }
      },
    );
  }

  #see(key: InstanceKey, view: InstanceView, known: number): void {
    const { revision, state, phase, updatedAtMs, quarantined } = view;
    this.looks.push({ key, revision, state, phase, updatedAtMs });
    if (quarantined !== null) this.#tell(key, `is in quarantine: ${quarantined.reason}`);
    if (revision < known) {
      this.#tell(key, `is shown at revision ${revision}, and ${known} was known already`);
    }
  }

  /** The last revision that a client or an onlooker was told; 0 if none. */
  #knownOf(key: InstanceKey): number {
    const told = [...this.#clients.acknowledged, ...this.looks]
      .filter((each) => each.key.saga === key.saga && each.key.instanceId === key.instanceId)
      .map(({ revision }) => revision);
    return Math.max(0, ...told);
  }

  #tell({ saga, instanceId }: InstanceKey, what: string): void {
    this.violations.push(`${saga}/${instanceId} ${what}`);
  }
}
