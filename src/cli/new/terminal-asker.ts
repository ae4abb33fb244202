/** Asks on the terminal. */
import { isCancel, multiselect, select, text } from "@clack/prompts";
import { Interrupted } from "../exit-codes.ts";
import type { Asker } from "./ask-plan.ts";

export const terminalAsker: Asker = {
  text: async ({ message, placeholder, isOptional = false }) => {
    const given = await text({
      message,
      ...(placeholder !== undefined && { placeholder }),
      validate: (value) =>
        isOptional || (value ?? "").trim() !== "" ? undefined : "It needs a name.",
    });
    return answered<string>(given ?? "").trim();
  },
  choose: async ({ message, options }) =>
    answered(await select({ message, options: options as never })) as never,
  chooseSeveral: async ({ message, options }) =>
    answered(await multiselect({ message, options: [...options], required: false })) as string[],
};

function answered<Value>(value: Value | symbol): Value {
  if (isCancel(value)) throw new Interrupted("nothing was written");
  return value as Value;
}
