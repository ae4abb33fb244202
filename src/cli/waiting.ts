/** Waiting for an instance after a command has done something to it. */
import type { Condition } from "../client/client.ts";
import type { Cli } from "./cli.ts";
import type { AnyClient, AnyInstance } from "./remote.ts";

/** How long a command waits if it is not told. */
export const WAIT_MS = 30_000;

/** The instance as it is, or as soon as it is as wanted. */
export async function waited(
  cli: Cli,
  client: AnyClient,
  instance: AnyInstance,
  { waitFor, timeout }: { readonly waitFor?: Condition; readonly timeout: number },
): Promise<AnyInstance> {
  if (waitFor === undefined) return instance;
  const { signal } = cli.shell;
  return client.waitFor(instance.saga, instance.id, waitFor, { timeoutMs: timeout, signal });
}
