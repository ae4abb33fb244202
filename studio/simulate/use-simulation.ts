/**
 * A simulation on the page: the path is all that it is, and it stands in the address. Each act asks the server for all
 * steps; taking back and doing again only move between paths that were there.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Act, SimulationPath } from "../../src/simulate/path.ts";
import type { Simulation as Answer } from "../../src/simulate/simulate.ts";
import { ask, at } from "../api/request.ts";
import { pathInAddress, putInAddress } from "./address.ts";

/** Paths that can be gone back to. */
const HISTORY_MAX = 200;

export type SimulationAnswer = Answer & {
  /** The input of the samples, as the start of one by hand. */
  readonly input?: unknown;
};

export interface Simulation {
  /** Null until the first answer. */
  readonly answer: SimulationAnswer | null;
  readonly error: unknown;
  readonly isBusy: boolean;
  /** Index of the step that is shown. */
  readonly shown: number;
  readonly show: (step: number) => void;
  readonly act: (act: Act) => Promise<void>;
  /** Goes another path as a whole, such as that of a witness, and shows it from its beginning. */
  readonly take: (path: SimulationPath, from?: "start" | "end") => void;
  readonly undo: (() => void) | null;
  readonly redo: (() => void) | null;
}

const empty: SimulationPath = { moves: [] };

export function useSimulation(saga: string): Simulation {
  const [answer, setAnswer] = useState<SimulationAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [shown, show] = useState(0);
  const past = useRef<SimulationPath[]>([]);
  const future = useRef<SimulationPath[]>([]);
  const last = useRef(0);

  const remember = useCallback((path: SimulationPath): void => {
    past.current = [...past.current, path].slice(-HISTORY_MAX);
    future.current = [];
  }, []);
  const request = useCallback(
    (
      path: SimulationPath,
      act: Act | null,
      from: "start" | "end",
    ): Promise<SimulationAnswer | null> => {
      last.current += 1;
      const mine = last.current;
      setBusy(true);
      const body = act === null ? { path } : { path, act };
      return ask<SimulationAnswer>(at`/studio/api/simulations/${saga}`, {
        method: "POST",
        body,
      }).then(
        (found) => {
          if (mine !== last.current) return null;
          // Before anything is shown, or there would be nothing to go back to yet.
          if (act !== null && found.path.moves.length > path.moves.length) remember(path);
          setBusy(false);
          setError(null);
          setAnswer(found);
          putInAddress(found.path);
          show(from === "start" ? 0 : found.steps.length - 1);
          return found;
        },
        (reason: unknown) => {
          if (mine !== last.current) return null;
          setBusy(false);
          setError(reason);
          return null;
        },
      );
    },
    [saga],
  );
  useEffect(() => {
    void request(pathInAddress() ?? empty, null, "end");
  }, [request]);

  return useMemo((): Simulation => {
    const here = answer?.path ?? empty;
    return {
      answer,
      error,
      isBusy,
      shown: Math.min(shown, (answer?.steps.length ?? 1) - 1),
      show,
      act: async (act) => {
        await request(here, act, "end");
      },
      take: (path, from = "end") => {
        remember(here);
        void request(path, null, from);
      },
      undo:
        past.current.length === 0
          ? null
          : () => {
              const before = past.current.at(-1) ?? empty;
              past.current = past.current.slice(0, -1);
              future.current = [here, ...future.current];
              void request(before, null, "end");
            },
      redo:
        future.current.length === 0
          ? null
          : () => {
              const [next = empty, ...rest] = future.current;
              future.current = rest;
              past.current = [...past.current, here];
              void request(next, null, "end");
            },
    };
  }, [answer, error, isBusy, shown, request]);
}
