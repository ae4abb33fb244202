import { log } from "xstate";

/** Entry and exit of a state that is told of; they fit into a machine of any types. */
export function told(name: string): { readonly entry: never; readonly exit: never } {
  return { entry: log(`enter ${name}`) as never, exit: log(`leave ${name}`) as never };
}
