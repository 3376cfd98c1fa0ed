import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { main } from "../src/cli/main.ts";
import { loadTrace } from "../src/stepper/index.ts";

// Inside the repository, so that programs find the package and its sources.
const folder = mkdtempSync(join("test", "cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function chainrule(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "src/cli/index.ts", ...args],
    { encoding: "utf8", env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: "1" } },
  );
  return { status, stdout, stderr: stderr.trim() };
}

/** A call in this process: what it says, and what it complains about. */
async function called(...args: string[]) {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const status = await main(args);
    return { status, said: log.mock.calls.flat().join("\n"), complaint: error.mock.calls.flat().join("\n") };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

/** What is said of a call that fails: a line or two, no stack. */
async function complaintAbout(...args: string[]): Promise<string> {
  const { status, said, complaint } = await called(...args);
  expect([status, said]).toEqual([1, ""]);
  expect(complaint).not.toMatch(/^ +at /m);
  return complaint;
}

const head = `import { variable } from "chainrule";\nconst w = variable(0.5, { name: "w" });\n`;
const neuron = file(
  "neuron.mjs",
  `${head}export const inputs = { x: 2 };\nexport function loss({ x }) {\n  const y = w.mul(x);\n  return y.square();\n}\n`,
);

describe("step", () => {
  test("prints a program's steps with their lines, without escape codes", () => {
    const { status, stdout, stderr } = chainrule("step", neuron);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`${neuron}

  0  mul is computed
     y = a · b
     0.5 · 2 = 1
     line 5: const y = w.mul(x);
  1  square is computed
     y = x²
     1² = 1
     line 6: return y.square();
  2  the gradient of square in itself
     ȳ = 1
     line 6: return y.square();
  3  back through square: what x (mul) gets
     x̄ = ȳ · x · 2
     1 · 1 · 2 = 2
     gradient of mul: 2 (1 of 1)
     line 6: return y.square();
  4  back through mul: what a (w) gets
     ā = ȳ · b
     2 · 2 = 4
     gradient of w: 4 (1 of 1)
     line 5: const y = w.mul(x);
`);
  }, 30_000);

  test("prints a lesson by layer, from one step to another", async () => {
    const { status, said } = await called("step", "neuron", "--by", "layer", "--from", "1", "--to", "2");
    expect(status).toBe(0);
    expect(said).toMatch(/^neuron: A neuron\n\n1 {2}forward {2}add .*\n2 {2}forward {2}silu .*$/);
  });

  test("saves a trace, and steps through a saved one", async () => {
    const path = join(folder, "trace.json");
    expect((await called("step", neuron, "--json", path)).said).toBe(`saved 5 steps in ${path}`);
    expect(loadTrace(readFileSync(path, "utf8"))).toHaveLength(5);
    const { status, said } = await called("step", path, "--from", "4");
    expect(status).toBe(0);
    expect(said).toMatch(/^ +line 5: const y = w\.mul\(x\);$/m);
  });

  test.each([
    ["a tensor", `${head}export default w.square();\n`, []],
    ["a default function", `${head}export default () => w.square();\n`, []],
    [
      "a trace",
      `import { record } from "chainrule/stepper";\n${head}export const trace = record(() => w.square());\n`,
      [],
    ],
    ["a named export", `${head}export const loss = 3, other = () => w.square();\n`, ["--export", "other"]],
  ])("steps through %s", async (what, text, more) => {
    const { status, said } = await called("step", file(`${what.replaceAll(" ", "-")}.mjs`, text), ...more);
    expect(status).toBe(0);
    expect(said).toContain("y = x²");
  });

  test("shows no lines of this file for steps of another", async () => {
    file("helper.mjs", `export const square = (x) => {\n\n  return x.square();\n};\n`);
    const use = 'import { square } from "./helper.mjs";\n';
    const { said } = await called(
      "step",
      file("user.mjs", `${use}${head}export const loss = () => square(w).neg();\n`),
    );
    expect(said.match(/line \d+: .*/g)).toEqual(
      Array.from({ length: 3 }, () => "line 4: export const loss = () => square(w).neg();"),
    );
    const { said: none } = await called(
      "step",
      file("user2.mjs", `${use}${head}export const loss = () => square(w);\n`),
    );
    expect(none).not.toMatch(/line \d+:/);
  });

  test("steps through TypeScript, where Node or tsx reads it", () => {
    const path = file("typed.ts", `${head}export const loss = (): unknown => w.square();\n`);
    expect(chainrule("step", path).stdout).toContain("line 3: export const loss");
  }, 30_000);
});

describe("what is wrong is said in a line, without a stack", () => {
  test.each([
    [["step"], /^chainrule: step: expected a file or a lesson; received none/],
    [["step", "a", "b"], /received a b/],
    [["stp"], /no subcommand "stp"; known: step, lessons/],
    [["step", "neurn"], /no file and no lesson "neurn"; lessons: neuron/],
    [["step", "nowhere.mjs"], /nowhere\.mjs: there is no such file/],
    [["step", "src"], /src: it is a folder/],
    [["step", neuron, "--bye"], /Unknown option '--bye'[\s\S]*\nSee chainrule --help/],
    [["step", neuron, "--by", "day"], /expected by step, op, layer; received "day"/],
    [["step", neuron, "--from", "x"], /--from: expected the number of a step; received "x"/],
    [["step", neuron, "--export", "lost"], /no export "lost"; it exports inputs, loss/],
    [["step", neuron, "--json", "no/such/folder.json"], /no\/such\/folder\.json: ENOENT/],
  ])("%j", async (args, expected) => expect(await complaintAbout(...args)).toMatch(expected));

  test.each([
    ["no loss", "export const x = 1;\n", /no loss to step through; it exports x/],
    ["no function", "export const loss = 1;\n", /expected a function that gives a scalar tensor; received 1/],
    [
      "no variable",
      'import { ones } from "chainrule";\nexport const loss = () => ones([]);\n',
      /no trainable variable/,
    ],
    ["an error", `${head}export const loss = () =>\n  w.squire();\n`, /mjs:4: TypeError: w\.squire is not/],
    ["an error while loading", "\nthrow new Error('oh');\n", /mjs:2: Error: oh/],
    ["a promise", `${head}export const loss = async () => w.square();\n`, /at once; it gave a promise/],
  ])("%s", async (what, text, expected) => {
    const path = file(`${what.replaceAll(" ", "-")}.mjs`, text);
    expect(await complaintAbout("step", path)).toMatch(expected);
  });

  test("a file that is no trace", async () => {
    expect(await complaintAbout("step", file("no-trace.json", "{}"))).toMatch(/loadTrace: trace\.format/);
  });

  test("a file that is no JavaScript, by a process of its own", () => {
    const { status, stdout, stderr } = chainrule("step", file("no.mjs", "const = 1;\n"));
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^chainrule: .*no\.mjs: SyntaxError: .*; node --check .*no\.mjs shows where$/);
  }, 30_000);
});

test("help and version", async () => {
  const { status, said } = await called("--help");
  expect(status).toBe(0);
  expect(said).toMatch(/neuron +A neuron/);
  expect((await called("step", "--help")).said).toBe(said);
  expect((await called()).said).toBe(said);
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect((await called("--version")).said).toBe(version);
});
