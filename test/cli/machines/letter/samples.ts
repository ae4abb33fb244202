/** What a check of the letter saga needs to know. */
import type { Samples } from "../../../../src/check/check.ts";

export const samples: Samples = { input: {} };
