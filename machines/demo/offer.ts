/**
 * What a demo offers: its calls, each with its path and the bodies that it takes.
 *
 * Reading a request gives what the books understand, so what a service refuses as nonsense stands beside
 * what it takes.
 */
import { z } from "zod";
import type { Answer, Order } from "./books.ts";

export interface Offer {
  /** What bodies, queries and the ledger call the id of an instance, such as `orderId`. */
  readonly idField: string;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Its name, by which knobs and the ledger speak of it. */
  readonly call: string;
  /** Takes the body, or the query of a GET. */
  readonly order: z.ZodType<Order>;
}

interface Facts<Body> {
  readonly path: string;
  /** All of the body but the id of the instance. */
  readonly body: z.ZodType<Body>;
  /** What of an instance it concerns, if there is more than one, such as the number of a month. */
  readonly part?: (body: Body) => string;
}

interface Making<Body> extends Facts<Body> {
  /** What the answer calls the id of what is there now, and how that begins. */
  readonly made: { readonly field: string; readonly prefix: string };
  readonly refusal?: (body: Body) => Answer | null;
}

interface Undoing<Body> extends Facts<Body> {
  readonly undoes: string;
  /** Which one; null: whatever there is. */
  readonly thing: (body: Body) => string | null;
  /** Given: it can only be kept from happening, and the answer tells by this name what there is, or null. */
  readonly keptAs?: string;
}

interface Finding<Body> extends Facts<Body> {
  readonly finds: string;
  /** What the answer calls the id of what there is, or null. */
  readonly field: string;
}

/** The kinds of calls about the instances that `idField` names. */
export interface Kinds {
  /** Brings something into being. */
  readonly makes: <Body>(call: string, making: Making<Body>) => Route;
  /** Takes away what another call made, and turns it away should it come late. */
  readonly undoes: <Body>(call: string, undoing: Undoing<Body>) => Route;
  /** Happens, and leaves nothing that could be undone. */
  readonly notes: <Body>(call: string, facts: Facts<Body>) => Route;
  /** Tells what there is. */
  readonly finds: <Body>(call: string, finding: Finding<Body>) => Route;
}

export function callsAbout(idField: string): Kinds {
  const about = z.object({ [idField]: z.string().min(1).max(200) });
  const route = <Body>(
    call: string,
    { path, body, part }: Facts<Body>,
    toDoing: (body: Body) => DistributedOmit<Order, "call" | "id" | "scope">,
  ): Route => ({
    method: "POST",
    path,
    call,
    order: z.intersection(about, body).transform((request) => {
      const id = (request as Readonly<Record<string, string>>)[idField] ?? "";
      const scope = part === undefined ? id : `${id}/${part(request)}`;
      return { call, id, scope, ...toDoing(request) };
    }),
  });
  return {
    makes: (call, { made, refusal, ...facts }) =>
      route(call, facts, (body) => ({ does: "make", made, refusal: refusal?.(body) ?? null })),
    undoes: (call, { undoes, thing, keptAs = null, ...facts }) =>
      route(call, facts, (body) => ({
        does: "undo",
        undoes,
        thing: thing(body),
        keptAs,
      })),
    notes: (call, facts) => route(call, facts, () => ({ does: "note" })),
    finds: (call, { finds, field, ...facts }) => ({
      ...route(call, facts, () => ({ does: "find", finds, field })),
      method: "GET",
    }),
  };
}

type DistributedOmit<Union, Keys extends PropertyKey> = Union extends unknown
  ? Omit<Union, Keys>
  : never;
