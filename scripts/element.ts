// Bundles the element of the stepper into one file, with all that it needs: a page loads it with one script tag.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const target = "dist/backprop-stepper.js";

await build({
  entryPoints: ["src/stepper/web/index.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outfile: target,
  // package.json says what has effects in dist/, not here.
  ignoreAnnotations: true,
  external: ["node:*"],
  legalComments: "inline",
});
const bytes = readFileSync(target);
console.log(`${target}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} compressed`);
