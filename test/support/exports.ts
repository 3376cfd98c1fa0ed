import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import ts from "typescript";

/** A module that users import: `chainrule`, or a subpath of it. */
interface PublicModule {
  readonly specifier: string;
  readonly source: string;
}

/** A name that a public module exports and that exists at run time. */
export interface Export {
  readonly name: string;
  readonly module: string;
  /** Where it is declared: `src/ops/rectify.ts:42`. */
  readonly where: string;
  readonly documented: boolean;
}

/** The `exports` of package.json that are modules, as their sources. */
function publicModules(): PublicModule[] {
  const { name, exports } = JSON.parse(readFileSync("package.json", "utf8"));
  return Object.entries<string | { default: string }>(exports).flatMap(([path, target]) => {
    if (typeof target === "string") return [];
    const source = target.default.replace(/^\.\/dist\/(.+)\.js$/, "src/$1.ts");
    // A bundle for pages has no values that a program imports.
    return existsSync(source) ? [{ specifier: path.replace(/^\./, name), source }] : [];
  });
}

/** All public exports, wherever they are re-exported from; the sources are only parsed, nothing is checked. */
export function publicExports(): Export[] {
  const modules = publicModules();
  const options = { noLib: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  const program = ts.createProgram(
    modules.map(({ source }) => source),
    { ...options, target: ts.ScriptTarget.ES2022 },
  );
  const checker = program.getTypeChecker();
  return modules.flatMap(({ specifier, source }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(source)!)!;
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      if ((symbol.flags & ts.SymbolFlags.Value) === 0) return [];
      const docs = symbol.getDocumentationComment(checker);
      const documented = docs.some(({ text }) => text.trim() !== "");
      return { name: exported.name, module: specifier, where: placeOf(symbol), documented };
    });
  });
}

function placeOf(symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined) return "nowhere";
  const file = declaration.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart());
  return `${relative(process.cwd(), file.fileName)}:${line + 1}`;
}
