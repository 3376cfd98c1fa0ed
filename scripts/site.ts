// Bundles the lessons into a static site: the page, the worker that runs programs, and what both share. It needs no network.
//
//   npx tsx scripts/site.ts [FOLDER]
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { build } from "esbuild";

const from = "src/stepper/site";
const to = process.argv[2] ?? "dist/site";

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
await build({
  entryPoints: [`${from}/page.ts`, `${from}/worker.ts`],
  outdir: to,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // package.json says what has effects in dist/, not here.
  ignoreAnnotations: true,
  external: ["node:*"],
  legalComments: "none",
});
for (const file of ["index.html", "style.css"]) copyFileSync(`${from}/${file}`, `${to}/${file}`);
const bytes = readdirSync(to).map((file) => statSync(`${to}/${file}`).size);
console.log(`${to}: ${bytes.length} files, ${Math.round(bytes.reduce((a, b) => a + b, 0) / 1024)} KiB`);
