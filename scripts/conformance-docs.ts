/** `npm run conformance:docs`: writes the reference of XState's constructs from the conformance suite's cases. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { REFERENCE_PATH, renderReference } from "../test/conformance/reference.ts";

const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });

if (values.help) {
  process.stdout.write(`Writes ${REFERENCE_PATH} from the cases in test/conformance/.\n`);
} else {
  const page = renderReference();
  writeFileSync(REFERENCE_PATH, page);
  process.stdout.write(page);
}
