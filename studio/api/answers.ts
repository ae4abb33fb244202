/** What the server answers, by the types that it renders them with. */
import type { RenderedSaga } from "../../src/http/render-saga.ts";
import type { Phase } from "../../src/saga/phase.ts";
import type { ChartModel } from "../../src/draw/model.ts";

export interface SagaList {
  readonly sagas: readonly RenderedSaga[];
}

/** `GET /instances/counts`. */
export interface Counts {
  readonly counts: readonly {
    readonly saga: string;
    readonly version: number;
    readonly phase: Phase;
    readonly state: string;
    readonly instances: number;
  }[];
}

/** `GET /studio/api/charts/:saga`. */
export interface WholeChart {
  readonly saga: string;
  readonly version: number;
  readonly model: ChartModel;
}
