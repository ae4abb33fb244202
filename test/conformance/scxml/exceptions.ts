/**
 * The tests that plain XState, with what the converter makes of them, does not pass, and why. One that it does
 * pass must not stand here: a test tries them all.
 */

const byReason: readonly (readonly [reason: string, tests: readonly string[]])[] = [
  ["functions that a script declares; a context holds plain data", ["error/error"]],
  [
    "data or scripts from other files are not read",
    [
      "script-src/test0",
      "script-src/test1",
      "script-src/test2",
      "script-src/test3",
      "w3c-ecma/test446",
      "w3c-ecma/test552",
      "w3c-ecma/test557",
      "w3c-ecma/test558",
    ],
  ],
  [
    "an error inside of `foreach` ends the whole block; the converter ends the one round",
    ["w3c-ecma/test156"],
  ],
  ["the basic HTTP event processor, which is optional", ["w3c-ecma/test201"]],
  [
    "the suite converts only inline SCXML, and no `typeexpr`, `srcexpr` or `src`",
    [
      "w3c-ecma/test216",
      "w3c-ecma/test226",
      "w3c-ecma/test239",
      "w3c-ecma/test242",
      "w3c-ecma/test276",
      "w3c-ecma/test530",
    ],
  ],
  [
    "an invoke with `idlocation`; XState has no place for it",
    ["w3c-ecma/test223", "w3c-ecma/test224", "w3c-ecma/test225", "w3c-ecma/test338"],
  ],
  ["`autoforward`; XState has `forwardTo`", ["w3c-ecma/test229", "w3c-ecma/test230"]],
  ["`<finalize>`; XState has no such thing", ["w3c-ecma/test233", "w3c-ecma/test234"]],
  [
    "SCXML delivers the end of an invoked session though its state was left; XState hears it in that state only",
    ["w3c-ecma/test236"],
  ],
  [
    "to be looked at by a person; it ends in a state of another name",
    ["w3c-ecma/test250", "w3c-ecma/test307"],
  ],
  ["late binding of data", ["w3c-ecma/test280"]],
  [
    "an expression that fails in `donedata`, `param` or `cond` raises `error.execution`; a guard or an output of XState cannot raise",
    [
      "w3c-ecma/test298",
      "w3c-ecma/test343",
      "w3c-ecma/test344",
      "w3c-ecma/test488",
      "w3c-ecma/test528",
    ],
  ],
  [
    "system variables keep their identity; here they are made for each expression",
    ["w3c-ecma/test326", "w3c-ecma/test329"],
  ],
  [
    "`In()` inside executable content; XState tells the active states to guards only",
    ["w3c-ecma/test411"],
  ],
  [
    "functions or instances of classes as data; a context holds plain data",
    ["w3c-ecma/test452", "w3c-ecma/test453"],
  ],
  [
    "an internal transition to itself, or from a parallel state, is external in SCXML; in XState it leaves nothing",
    ["w3c-ecma/test506", "w3c-ecma/test533"],
  ],
  [
    "an expression that fails in an invoke cancels it; in XState it fails the step",
    ["w3c-ecma/test554"],
  ],
  ["XML as data; a context holds plain data", ["w3c-ecma/test561"]],
  ["XState's history states have no actions of their own", ["w3c-ecma/test579"]],
];

/** Reasons by the names of the tests. */
export const exceptions: ReadonlyMap<string, string> = new Map(
  byReason.flatMap(([reason, tests]) => tests.map((name) => [name, reason] as const)),
);
