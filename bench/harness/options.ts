import { parseArgs } from "node:util";

const usage = `npm run bench -- [group …] [--only name …] [--quick]

  group    the groups to measure; all, if none is named
  --only   a contender to measure beside the first, by a part of its name; may be given several times
  --quick  only to see that everything runs`;

function options() {
  try {
    return parseArgs({
      options: { quick: { type: "boolean", default: false }, only: { type: "string", multiple: true } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

const { values, positionals } = options();

/** The names of the groups that were asked for; none means all. */
export const asked: readonly string[] = positionals;

/** Only to see that everything runs: little work, few rounds. */
export const quick: boolean = values.quick;

/** Whether a contender is to be measured. */
export const wanted = (name: string): boolean => values.only?.some((part) => name.includes(part)) ?? true;

/** Whether the results are those of a full run; others are kept apart. */
export const full: boolean = !quick && values.only === undefined;
