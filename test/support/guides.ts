import { resolve } from "node:path";
import ts from "typescript";
import { guideCode, linesOf } from "./examples.ts";

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
  host.getSourceFile = (path, ...rest) => {
    const text = code.get(path);
    return text === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
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
