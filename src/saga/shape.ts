/** The types of a saga as those see them who reach it from elsewhere, by its definition's type alone. */
import type { ContextFrom, InputFrom, OutputFrom } from "xstate";
import type { AnySaga, ClientEvent } from "./define.ts";

export type InputOf<Known extends AnySaga> = InputFrom<Known["machine"]>;

/** The events that may come from outside. */
export type EventOf<Known extends AnySaga> = ClientEvent<Known["machine"]>;

export type ContextOf<Known extends AnySaga> = ContextFrom<Known["machine"]>;

export type OutputOf<Known extends AnySaga> = OutputFrom<Known["machine"]>;
