/**
 * Packs the package, installs the tarball into an empty project and uses it there, as a reader of the README
 * would: type-checked under both modern resolutions, run in Node, and bundled. What the sources alone cannot show
 * shows here: a file missing from the tarball, a type that a consumer cannot resolve, a method that a bundler drops.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

const root = process.cwd();
const project = mkdtempSync(join(tmpdir(), "chainrule-consumer-"));
const tsc = join(root, "node_modules/typescript/bin/tsc");

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  version: string;
  bin: { chainrule: string };
};

const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });
const npm = (...args: string[]) =>
  execFileSync("npm", args, {
    cwd: project,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });

/** Methods from both augmented modules, a type of @types/ndarray, and proof that nothing of it is `any`. */
const program = `
import { Tensor, tensor, variable } from "chainrule";
import { type Dataset, ImageSet, mnist } from "chainrule/datasets";
import { record } from "chainrule/stepper";
const y: number = tensor(1).add(2).relu({ maxValue: 6 }).item();
const w = variable(3);
w.mul(w).backward();
const shape: number[] = w.grad!.toNdArray().shape;
// What one entry point makes is what the others know.
const trace = record(() => w.square(), {});
const known = new ImageSet(new Uint8Array(4), [1], [2, 2, 1]).images instanceof Tensor;
console.log(y, w.grad!.item(), shape.length, trace.steps.length, known);

export async function neverCalled(): Promise<void> {
  const data: Dataset = await mnist();
  // @ts-expect-error images are a tensor
  const images: string = data.train.images;
  // @ts-expect-error a tensor is not a string
  const text: string = tensor(1).add(2);
  // @ts-expect-error the options of relu are known
  tensor(1).relu({ maximum: 6 });
  // @ts-expect-error the shape of an ndarray is known
  const wrong: string = w.toNdArray().shape;
}
`;

/** A program for the command: its tensors must be those that the command knows. */
const loss = `
import { variable } from "chainrule";
const w = variable(3, { name: "w" });
export const loss = () => w.square();
`;

const printed = "3 6 0 3 true";

function check(what: string, run: () => string, expected: string): void {
  const received = run().trim();
  if (received !== expected) throw new Error(`${what}: expected ${expected}; received ${received}`);
  console.log(`✓ ${what}`);
}

try {
  const [tarball] = JSON.parse(npm("pack", "--ignore-scripts", root, "--json")) as [{ filename: string }];
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm("install", "--no-audit", "--no-fund", `./${tarball.filename}`);
  writeFileSync(join(project, "program.ts"), program);
  writeFileSync(join(project, "loss.js"), loss);

  for (const [module, resolution] of [
    ["node16", "node16"],
    ["esnext", "bundler"],
  ] as const) {
    const options = ["--strict", "--target", "es2022", "--module", module, "--moduleResolution", resolution];
    check(`types, ${resolution}`, () => node(tsc, ...options, "program.ts"), "");
  }
  check("runs in Node", () => node("program.js"), printed);
  const name = 'import { Dense } from "chainrule"; console.log(Dense(1).constructor.name)';
  check("classes have their names in Node", () => node("--input-type=module", "-e", name), "Dense");

  const command = join(project, "node_modules/chainrule", manifest.bin.chainrule);
  const neuron = ["step", "neuron", "--by", "op", "--from", "0", "--to", "0"];
  const told = "neuron: A neuron\n\nforward  mul\n   0  y = a · b = 0.8 · 1.5 = 1.2";
  check(
    "steps through a lesson",
    () =>
      node(command, ...neuron)
        .split("\n")
        .slice(0, 4)
        .join("\n"),
    told,
  );
  check(
    "steps through a program",
    () => node(command, "step", "loss.js", "--by", "op", "--from", "0", "--to", "0").split("\n")[0]!,
    "loss.js",
  );
  // npx runs what `bin` names.
  check("npx chainrule", () => npm("exec", "--no", "chainrule", "--", "--version"), manifest.version);

  const entryPoints = [join(project, "program.js")];
  for (const platform of ["browser", "node"] as const) {
    const bundle = join(project, `${platform}.js`);
    buildSync({
      entryPoints,
      outfile: bundle,
      bundle: true,
      format: "esm",
      platform,
      absWorkingDir: project,
    });
    check(`runs bundled, ${platform}`, () => node(bundle), printed);
    console.log(`  (${Math.round(readFileSync(bundle).length / 1024)} KiB before minification)`);
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
