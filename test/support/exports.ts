import { relative } from "node:path";
import ts from "typescript";

/** A name that `src/index.ts` exports and that exists at run time. */
export interface Export {
  readonly name: string;
  /** Where it is declared: `src/ops/rectify.ts:42`. */
  readonly where: string;
  readonly documented: boolean;
}

/** The public exports, wherever they are re-exported from; only the sources are parsed, nothing is checked. */
export function publicExports(): Export[] {
  const entry = "src/index.ts";
  const options = {
    noLib: true,
    types: [],
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2022,
  };
  const program = ts.createProgram([entry], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    if ((symbol.flags & ts.SymbolFlags.Value) === 0) return [];
    const docs = symbol.getDocumentationComment(checker);
    return {
      name: exported.name,
      where: placeOf(symbol),
      documented: docs.some(({ text }) => text.trim() !== ""),
    };
  });
}

function placeOf(symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined) return "nowhere";
  const file = declaration.getSourceFile();
  return `${relative(process.cwd(), file.fileName)}:${file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1}`;
}
