// Bundles what Node imports: the entry points, and once what they share, so that a `Tensor` of `chainrule` is one of
// `chainrule/stepper` too. Node takes longer to find and read hundreds of modules than to run them. Bundlers get the
// modules, of which they drop what is not used.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const folder = "dist/node";

const { metafile } = await build({
  entryPoints: {
    index: "src/index.ts",
    stepper: "src/stepper/index.ts",
    datasets: "src/datasets/index.ts",
    cli: "src/cli/index.ts",
  },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  // package.json says what has effects in dist/, not here.
  ignoreAnnotations: true,
  // Class names are what people see in a console.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  metafile: true,
});

/** The terms on which a package may be copied: a file of their own, or the end of its README. */
function termsOf(path: string): string {
  if (existsSync(`${path}/LICENSE`)) return readFileSync(`${path}/LICENSE`, "utf8");
  const terms = /^LICENSE.*/ms.exec(readFileSync(`${path}/README.md`, "utf8"));
  if (terms === null) throw new Error(`${path}: there is no licence`);
  return terms[0];
}

const paths = Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/[^/]+/.exec(file) ?? []);
const terms = [...new Set(paths)]
  .sort()
  .map((path) => `# ${path.split("/")[1]}\n\n${termsOf(path).trim()}\n`);
writeFileSync(`${folder}/LICENSES.txt`, terms.join("\n"));

const files = Object.entries(metafile.outputs).filter(([path]) => path.endsWith(".js"));
const bytes = files.reduce((sum, [, output]) => sum + output.bytes, 0);
console.log(`${folder}: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
