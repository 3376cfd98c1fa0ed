import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
});

/** The names of the groups that were asked for; none means all. */
export const asked: readonly string[] = positionals;

/** Only to see that everything runs: little work, few rounds, and results that are kept apart. */
export const quick: boolean = values.quick;
