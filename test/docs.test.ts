import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { blockMark, doctestId, runnerOf } from "./support/doctest.ts";
import { examplesOf, linesOf } from "./support/examples.ts";
import { publicExports } from "./support/exports.ts";
import { guideErrors, withOutputs } from "./support/guides.ts";

const filesIn = (folder: string, ending: string): string[] =>
  (readdirSync(folder, { recursive: true, encoding: "utf8" }) as string[])
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .sort();

const guides = ["README.md", ...filesIn("docs", ".md")].filter(existsSync);

describe("examples in docstrings", () => {
  for (const file of filesIn("src", ".ts")) {
    const examples = examplesOf(file);
    for (const { of, line, blocks } of examples) {
      test(`${of} (${file}:${line})`, async () => {
        expect(blocks, `${file}:${line}: an @example needs a \`\`\`ts block`).not.toEqual([]);
        const module: Record<string, () => Promise<void>> = await import(doctestId(file));
        for (const block of blocks) await module[runnerOf(block)]!();
      });
    }
    const written = linesOf(file).filter((text) => /^\s*\* @example\b/.test(text)).length;
    if (written !== examples.length) {
      test(`${file}: every @example belongs to a declaration`, () => expect(examples).toHaveLength(written));
    }
  }
});

describe("guides", () => {
  test.each(guides)("%s runs, and prints what it says", async (guide) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    await import(doctestId(guide));
    const printed = new Map<number, string[]>();
    for (const [first, ...rest] of log.mock.calls) {
      if (first === blockMark) printed.set(rest[0], []);
      else [...printed.values()].at(-1)!.push(format(first, ...rest));
    }
    // After a change: npx vitest run test/docs.test.ts --update
    await expect(withOutputs(guide, printed)).toMatchFileSnapshot(resolve(guide));
  });

  test("their code is well typed", () => expect(guideErrors(guides).join("\n")).toBe(""));
});

test("everything that the package exports has a docstring", () => {
  const bare = publicExports().filter(({ documented }) => !documented);
  expect(bare.map(({ name, where }) => `${name} (${where})`)).toEqual([]);
});
