/** All roles that a simulation may give, by the names of their sagas. */
import { boss, writer } from "./cast/families.ts";
import { desk, herald, reader, stairs } from "./cast/positions.ts";
import { exchange, listener, till } from "./cast/offices.ts";
import { digger, journey, meter, nest, order } from "./cast/purchases.ts";
import type { Role } from "./cast/role.ts";

export const cast: readonly Role[] = [
  order,
  journey,
  meter,
  digger,
  nest,
  reader,
  stairs,
  desk,
  herald,
  boss,
  writer,
];

/** Those who join the others: a seed that has failed once is the same run without them. */
export const guests: readonly Role[] = [till, exchange, listener];
