/** A demo as a program of its own, until SIGTERM or SIGINT; the first line that it prints tells its URL. */
import { parseArgs } from "node:util";
import type { Demo } from "./demo.ts";

export interface Alone {
  /** What it is called in the first line, and in `scripts/`. */
  readonly name: string;
  /** What it is, for `--help`. */
  readonly about: string;
  readonly portDefault: number;
  readonly create: () => Demo;
}

export async function runAlone({ name, about, portDefault, create }: Alone): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: String(portDefault) },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage({ name, about, portDefault }));
    return;
  }

  const demo = create();
  const url = await demo.listen(portOf(values.port));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void demo.close());
  }
  process.stdout.write(`${JSON.stringify({ [name]: url })}\n`);
}

function usage({ name, about, portDefault }: Omit<Alone, "create">): string {
  return `Usage: tsx scripts/${name}.ts [--port <number>]

${about}
on 127.0.0.1 and prints one line of JSON when it is ready:
{"${name}":"http://127.0.0.1:<port>"}

  --port <number>  0 to 65535; default ${portDefault}, 0 takes any free port
  --help           this text
`;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Error(`--port ${JSON.stringify(text)} is not a port; give a number from 0 to 65535`);
  }
  return port;
}
