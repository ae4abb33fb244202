/**
 * The TypeScript that a project has installed, as far as drafts need it: what it finds wrong in a few files, one of
 * which is not on disk as it is to be looked at. TypeScript 5 and 6 are a library; 7 is a program of its own, whose
 * library is called unstable, so what is asked of it is looked for first.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export interface Diagnosis {
  /** Absolute. */
  readonly file: string;
  /** Offset in the text of the file. */
  readonly start: number;
  readonly code: number;
  readonly message: string;
}

export interface TypedFiles {
  /** Absolute path of the settings that hold for them; null: there are none. */
  readonly settings: string | null;
  /** Absolute paths of what is looked at. */
  readonly files: readonly string[];
  /** The file that has this text in place of what is on disk. */
  readonly draft: { readonly file: string; readonly text: string };
}

export interface Compiler {
  readonly version: string;
  diagnose(asked: TypedFiles): readonly Diagnosis[];
}

/** Versions before it lack `const` type parameters, and XState's types need them. */
const MAJOR_MIN = 5;
const LIBRARY_MAJOR_MAX = 6;

/** What holds for files that belong to no project. */
const usualSettings = {
  strict: true,
  target: "es2022",
  module: "preserve",
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
} as const;

/** The one that a folder would import; a text says why there is none. */
export async function compilerAt(folder: string): Promise<Compiler | string> {
  const require = createRequire(join(folder, "chart.ts"));
  let path: string;
  try {
    path = require.resolve("typescript/package.json");
  } catch {
    return "TypeScript is not installed";
  }
  const { version, exports } = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  const major = Number.parseInt(version, 10);
  if (major < MAJOR_MIN) return `TypeScript ${version} is installed, and ${MAJOR_MIN} is needed`;
  if (major <= LIBRARY_MAJOR_MAX) return library(version, require("typescript") as Library);
  const entry = exports?.["./unstable/sync"];
  const module =
    typeof entry === "string"
      ? ((await import(pathToFileURL(join(dirname(path), entry)).href)) as Partial<NativeModule>)
      : {};
  if (module.API === undefined) return `TypeScript ${version} has no library that is known here`;
  return native(version, module.API);
}

interface Manifest {
  readonly version: string;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** Of `typescript/unstable/sync`, what is used here. */
interface NativeModule {
  readonly API: new (options: object) => NativeApi;
}
interface NativeApi {
  updateSnapshot(params: { openProjects: readonly string[] }): {
    getProject(settings: string): { readonly program: NativeProgram } | undefined;
  };
  close(): void;
}
interface NativeProgram {
  getSyntacticDiagnostics(file: string): readonly NativeDiagnostic[];
  getSemanticDiagnostics(file: string): readonly NativeDiagnostic[];
}
interface NativeDiagnostic {
  readonly pos: number;
  readonly code: number;
  readonly text: string;
  readonly messageChain?: readonly NativeDiagnostic[];
}

function native(version: string, API: NativeModule["API"]): Compiler {
  return {
    version,
    diagnose: ({ settings, files, draft }) => {
      // A project of these files alone, which is nowhere but in here.
      const project = join(dirname(draft.file), "tsconfig.sagachart-draft.json");
      const text = JSON.stringify({
        ...(settings === null ? {} : { extends: settings }),
        compilerOptions: settings === null ? usualSettings : { noEmit: true },
        files,
        include: [],
      });
      const texts = new Map([
        [project, text],
        [draft.file, draft.text],
      ]);
      const api = new API({
        cwd: dirname(draft.file),
        fs: {
          readFile: (path: string) => texts.get(path),
          fileExists: (path: string) => (texts.has(path) ? true : undefined),
        },
      });
      try {
        const found = api.updateSnapshot({ openProjects: [project] }).getProject(project);
        if (found === undefined) throw new Error("TypeScript does not open the draft");
        return files.flatMap((file) =>
          [
            ...found.program.getSyntacticDiagnostics(file),
            ...found.program.getSemanticDiagnostics(file),
          ].map((one) => ({ file, start: one.pos, code: one.code, message: nativeText(one) })),
        );
      } finally {
        api.close();
      }
    },
  };
}

function nativeText({ text, messageChain = [] }: NativeDiagnostic): string {
  return [text, ...messageChain.map(nativeText)].join("\n");
}

/** Of `typescript` 5 and 6, what is used here. */
interface Library {
  readonly sys: LibraryHost;
  readConfigFile(
    path: string,
    read: (path: string) => string | undefined,
  ): { readonly config: object };
  parseJsonConfigFileContent(
    config: object,
    host: LibraryHost,
    folder: string,
  ): { readonly options: object };
  createCompilerHost(options: object): LibraryHost;
  createProgram(files: readonly string[], options: object, host: LibraryHost): LibraryProgram;
  flattenDiagnosticMessageText(text: unknown, newLine: string): string;
}
interface LibraryHost {
  fileExists(path: string): boolean;
  readFile(path: string): string | undefined;
}
interface LibraryProgram {
  getSourceFile(path: string): object | undefined;
  getSyntacticDiagnostics(file?: object): readonly LibraryDiagnostic[];
  getSemanticDiagnostics(file?: object): readonly LibraryDiagnostic[];
}
interface LibraryDiagnostic {
  readonly start?: number;
  readonly code: number;
  readonly messageText: unknown;
}

function library(version: string, typescript: Library): Compiler {
  const { sys } = typescript;
  return {
    version,
    diagnose: ({ settings, files, draft }) => {
      const config = {
        ...(settings === null
          ? { compilerOptions: usualSettings }
          : typescript.readConfigFile(settings, (path) => sys.readFile(path)).config),
        files,
        include: [],
      };
      const folder = dirname(settings ?? draft.file);
      const parsed = typescript.parseJsonConfigFileContent(config, sys, folder);
      const options = { ...parsed.options, noEmit: true };
      const host = typescript.createCompilerHost(options);
      const readFile = host.readFile.bind(host);
      const fileExists = host.fileExists.bind(host);
      host.readFile = (path) => (path === draft.file ? draft.text : readFile(path));
      host.fileExists = (path) => path === draft.file || fileExists(path);
      const program = typescript.createProgram(files, options, host);
      return files.flatMap((file) => {
        const source = program.getSourceFile(file);
        return [
          ...program.getSyntacticDiagnostics(source),
          ...program.getSemanticDiagnostics(source),
        ].map(({ start = 0, code, messageText }) => ({
          file,
          start,
          code,
          message: typescript.flattenDiagnosticMessageText(messageText, "\n"),
        }));
      });
    },
  };
}
