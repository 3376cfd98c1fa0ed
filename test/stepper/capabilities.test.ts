import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as c from "../../src/index.ts";
import * as stepper from "../../src/stepper/index.ts";

/** The rows of the table of what the stepper can do, in the guide. */
const rows = readFileSync("docs/stepping.md", "utf8")
  .split("\n")
  .filter((line) => /^\| .* \| .* \| `test\//.test(line))
  .map((line) => line.slice(2, -2).split(" | ") as [string, string, string]);

const codesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

test("the table has the twenty capabilities that tools are compared by", () => expect(rows).toHaveLength(20));

test.each(rows)("%s: what is named exists", (_, seen, tested) => {
  for (const file of codesIn(tested)) expect(existsSync(file), file).toBe(true);
  const lessons = [...seen.matchAll(/(?:lesson `|chainrule step )(\w+)/g)].map(([, name]) => name!);
  for (const name of lessons) expect(stepper.lessonOf(name).name).toBe(name);
  const w = c.variable(1);
  const trace = stepper.record(() => w.square());
  const members = codesIn(seen).flatMap(
    (code) => /^(?:trace\.)?(to\w+|explain|flow|measured|replay)\b/.exec(code)?.[1] ?? [],
  );
  for (const name of members) expect(name in trace, name).toBe(true);
  const functions = codesIn(seen).flatMap(
    (code) => /^(displayBundle|loadTrace|record|at)\b/.exec(code)?.[1] ?? [],
  );
  for (const name of functions) expect({ ...c, ...stepper }, name).toHaveProperty(name);
});
