import { resolve } from "node:path";
import ts from "typescript";
import { blocksOf, guideCode, linesOf } from "./examples.ts";

/** What the compiler says of the code in the guides, one program for all: `docs/guide.md:12: …`. */
export function guideErrors(guides: readonly string[]): string[] {
  const code = new Map(guides.map((guide) => [`${resolve(guide)}.ts`, guideCode(linesOf(guide))]));
  const config = ts.readConfigFile("tsconfig.json", ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ".", "tsconfig.json");
  // A reader's project is strict, but seldom stricter than that.
  const reader = {
    ...options,
    noUncheckedIndexedAccess: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const host = ts.createCompilerHost(reader);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (path) => code.has(path) || fileExists(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = code.get(path);
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...code.keys()], reader, host);
  return guides.flatMap((guide) => {
    const file = program.getSourceFile(`${resolve(guide)}.ts`)!;
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ start = 0, messageText }) => {
      const line = file.getLineAndCharacterOfPosition(start).line + 1;
      return `${guide}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}

/**
 * The guide with what its code printed: the `text` block that follows the code directly is its output. `printed` has
 * the output by the line of the block's opening fence.
 */
export function withOutputs(guide: string, printed: ReadonlyMap<number, readonly string[]>): string {
  const lines = linesOf(guide);
  const blocks = blocksOf(lines);
  for (const [i, { open, close }] of [...blocks.entries()].reverse()) {
    const output = printed.get(open);
    if (output === undefined) continue;
    const next = blocks[i + 1];
    const follows =
      next?.fence === "text" && lines.slice(close, next.open - 1).every((line) => line.trim() === "");
    const shown = output.length === 0 ? [] : ["", "```text", ...output.join("\n").split("\n"), "```"];
    lines.splice(close, follows ? next.close - close : 0, ...shown);
  }
  return lines.join("\n");
}
