import { resolve } from "node:path";
import type { Plugin } from "vitest/config";
import { type Block, examplesOf, guideCode, linesOf } from "./examples.ts";
import { type Export, publicExports } from "./exports.ts";

const suffix = "?doctest.ts";

/** What the module of a file's examples is imported by; `path` is that of the source or guide. */
export const doctestId = (path: string): string => `${resolve(path)}${suffix}`;

/** The function in the module of a source file that runs the block. */
export const runnerOf = (block: Block): string => `line${block.open}`;

/** A guide logs this before the output of each block. */
export const blockMark = "\u0000block";

/** One line that imports all public names; where two modules export the same name, the first one's counts. */
function importAll(exports: readonly Export[]): string {
  const byName = new Map([...exports].reverse().map(({ name, module }) => [name, module]));
  const lines = [`import { deepStrictEqual as deepEqual, throws } from "node:assert";`];
  for (const [name, module] of byName) lines.push(`import { ${name} } from ${JSON.stringify(module)};`);
  return lines.join(" ");
}

/**
 * A source file's examples as a module: one function per block, with all that the package exports in scope. Each
 * line of code keeps its number, so that a failure is shown where it stands in the docstring.
 */
function sourceModule(path: string, scope: string): string {
  const lines = linesOf(path);
  const code = lines.map(() => "");
  for (const block of examplesOf(path).flatMap(({ blocks }) => blocks)) {
    code[block.open - 1] = `export const ${runnerOf(block)} = async () => {`;
    for (let i = block.open; i < block.close - 1; i++) code[i] = lines[i]!.replace(/^(\s*)\*/, "$1 ");
    code[block.close - 1] = "};";
  }
  code[0] = scope;
  return code.join("\n");
}

/** A guide as a module: its blocks one after the other, in one scope. */
function guideModule(path: string): string {
  return guideCode(linesOf(path), ({ open }) => `console.log(${JSON.stringify(blockMark)}, ${open});`);
}

/** Serves the examples in docstrings and guides as modules to the tests. */
export function doctest(): Plugin {
  let scope: string | undefined;
  return {
    name: "doctest",
    enforce: "pre",
    resolveId: (id) => (id.endsWith(suffix) ? id : undefined),
    load(id) {
      if (!id.endsWith(suffix)) return undefined;
      const path = id.slice(0, -suffix.length);
      if (path.endsWith(".md")) return guideModule(path);
      scope ??= importAll(publicExports());
      return sourceModule(path, scope);
    },
  };
}
