import { readFileSync } from "node:fs";
import ts from "typescript";

/** A block of code between fences; lines count from 1. */
export interface Block {
  /** The line of the opening fence. */
  readonly open: number;
  /** The line of the closing fence. */
  readonly close: number;
  readonly fence: string;
}

/** The `ts` blocks of an `@example` of a docstring. */
export interface Example {
  /** What it is an example of: `relu`, `Variable.assign`. */
  readonly of: string;
  readonly line: number;
  readonly blocks: readonly Block[];
}

export const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n");

/** The fenced blocks of Markdown, which may stand in a docstring. */
export function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let start: Omit<Block, "close"> | undefined;
  lines.forEach((text, i) => {
    const fence = /^(?:\s*\* ?)?```(.*)$/.exec(text);
    if (fence === null) return;
    if (start === undefined) start = { open: i + 1, fence: fence[1]!.trim() };
    else {
      blocks.push({ ...start, close: i + 1 });
      start = undefined;
    }
  });
  if (start !== undefined) throw new Error(`the block opened in line ${start.open} is never closed`);
  return blocks;
}

/** The examples of a source file, each under the name of what it documents. */
export function examplesOf(path: string): Example[] {
  const lines = linesOf(path);
  const file = ts.createSourceFile(path, lines.join("\n"), ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const seen = new Set<number>();
  const examples: Example[] = [];
  const visit = (node: ts.Node, outer: string): void => {
    const name = nameOf(node, outer);
    for (const tag of ts.getJSDocTags(node)) {
      if (tag.tagName.text !== "example" || seen.has(tag.pos)) continue;
      seen.add(tag.pos);
      const first = lineAt(tag.pos);
      const blocks = blocksOf(lines.slice(first, lineAt(tag.end) + 1))
        .filter(({ fence }) => fence === "ts")
        .map((block) => ({ ...block, open: block.open + first, close: block.close + first }));
      examples.push({ of: name, line: first + 1, blocks });
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(file, "");
  return examples;
}

/** The name of a declaration, with that of its class before it. */
function nameOf(node: ts.Node, outer: string): string {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0]!.name.getText();
  if (ts.isClassElement(node) || ts.isTypeElement(node))
    return `${outer}.${node.name?.getText() ?? "constructor"}`;
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return node.name?.getText() ?? outer;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node.name.text;
  return outer;
}

/** The code of a guide alone; every other line is empty, so that line numbers stay those of the guide. */
export function guideCode(lines: readonly string[], mark: (block: Block) => string = () => ""): string {
  const code = lines.map(() => "");
  for (const block of blocksOf(lines)) {
    if (block.fence !== "ts") continue;
    code[block.open - 1] = mark(block);
    for (let i = block.open; i < block.close - 1; i++) code[i] = lines[i]!;
  }
  return code.join("\n");
}
