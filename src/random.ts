/** The random port: what may differ from run to run, so that a simulation can make it the same. */

export interface Random {
  /** A name that nobody else has. */
  uuid(): string;
}

export const systemRandom: Random = { uuid: () => crypto.randomUUID() };
