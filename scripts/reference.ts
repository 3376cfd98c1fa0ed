/**
 * Writes the pages of the site that follow from declarations: all ops with their formulas and gradient rules, and all
 * activations with their maths, derivative and picture. `npm run docs` runs it before typedoc.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import * as builtin from "../src/activations/builtin.ts";
import "../src/index.ts";
import type { Activation } from "../src/activations/index.ts";
import * as ops from "../src/ops/index.ts";
import { type AnyOp, isOp } from "../src/ops/op.ts";
import { plot } from "../src/plot/index.ts";
import { atom, fill, texToText } from "../src/tex.ts";

const folder = "out/reference";

const code = (text: string): string => `\`${text.trim()}\``;
const row = (...cells: string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const page = (title: string, ...lines: string[]): string =>
  ["---", `title: ${title}`, "---", "", `# ${title}`, "", ...lines, ""].join("\n");

const inputNames = (op: AnyOp): string[] => op.inputs.map((name) => name.replace("...", ""));

/** The attributes with their defaults; one that is needed stands for itself. */
const attributesOf = (op: AnyOp): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(op.specs).map(([name, spec]) => [name, spec.fallback ? spec.fallback.value : name]),
  );

function signature(name: string, op: AnyOp): string {
  const options = Object.entries(op.specs).map(([key, spec]) =>
    spec.fallback ? `${key} = ${JSON.stringify(spec.fallback.value)}` : key,
  );
  return `${name}(${[...op.inputs, ...(options.length > 0 ? [`{ ${options.join(", ")} }`] : [])].join(", ")})`;
}

function opRow(name: string, op: AnyOp): string {
  const attrs = attributesOf(op);
  const slots = Object.fromEntries([...inputNames(op), "y"].map((slot) => [slot, atom(slot)]));
  const gradients = inputNames(op).flatMap((input, slot) => {
    const rule = op.gradient(slot);
    if (rule === null) return [];
    const { tex } = fill(rule.formula(attrs), { ...slots, dy: atom("\\bar{y}") });
    return code(texToText(`\\bar{${input}} = ${tex}`));
  });
  const result = code(texToText(`y = ${fill(op.formula(attrs), slots).tex}`));
  return row(
    `{@link chainrule!${name} | ${name}}`,
    code(signature(name, op)),
    result,
    gradients.join("<br>"),
  );
}

function opsPage(): string {
  const table = Object.entries(ops).flatMap(([name, op]) => (isOp(op) ? [opRow(name, op)] : []));
  return page(
    "All ops",
    "Each op is a function, and a method of its first input. A bar marks a gradient: `ȳ` is what has arrived at the",
    "result. An op without a gradient rule is made of other ops, or none flows through it.",
    "",
    row("op", "call", "result", "gradients"),
    row("---", "---", "---", "---"),
    ...table,
  );
}

function activationSection(name: string, f: Activation): string[] {
  const names = [f.activationName, ...f.aliases].map((alias) => `\`"${alias}"\``).join(", ");
  const params = Object.entries(f.defaults).map(([key, value]) => code(`${key} = ${value}`));
  const about = [
    `- Names: ${names}`,
    ...(params.length > 0 ? [`- Parameters: ${params.join(", ")}`] : []),
    ...(f.source ? [`- Source: ${f.source}`] : []),
  ];
  if (!f.pointwise) return [`## ${name}`, "", ...about, "- Not pointwise: it looks at a whole axis.", ""];
  const svg = plot({ functions: [f], domain: [-6, 6], derivatives: 1 });
  writeFileSync(`${folder}/${name}.svg`, svg);
  return [
    `## ${name}`,
    "",
    ...about,
    `- f(x) = ${code(texToText(f.tex))}`,
    `- f′(x) = ${code(texToText(f.derivativeTex()))}`,
    ...(f.kinks.length > 0 ? [`- The slope jumps at ${f.kinks.join(", ")}.`] : []),
    "",
    `![${name} and its derivative](${name}.svg)`,
    "",
  ];
}

function activationsPage(): string {
  const seen = new Set<unknown>();
  const sections = Object.entries(builtin).flatMap(([name, f]) => {
    if (seen.has(f)) return [];
    seen.add(f);
    return activationSection(name, f as Activation);
  });
  return page("All activations", ...sections);
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/ops.md`, opsPage());
writeFileSync(`${folder}/activations.md`, activationsPage());
