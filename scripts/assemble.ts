// Compiles the kernels in AssemblyScript and writes them into a module of the sources, as text, so that no bundler and no
// server has to know of a further file. Runs after `npm ci` and with `npm run build`.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { textOf } from "../src/kernels/wasm/binary-text.ts";

const entry = "src/kernels/wasm/assembly/index.ts";
const target = "src/kernels/wasm/binary.ts";
const binary = join(mkdtempSync(join(tmpdir(), "chainrule-")), "kernels.wasm");

const options = [
  ...["-O3", "--converge", "--runPasses", "reorder-locals"],
  ...["--noAssert", "--runtime", "stub", "--use", "abort="],
  ...["--enable", "simd", "--enable", "threads", "--exportTable"],
  ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
];
const { error, stderr } = await asc.main([entry, "--outFile", binary, ...options]);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
const bytes = readFileSync(binary);
const about = "// Made by scripts/assemble.ts from assembly/: do not edit.\n";
const text = `${about}export const binary =\n  ${JSON.stringify(textOf(bytes))};\n`;
writeFileSync(target, text);
console.log(`${target}: ${bytes.length} bytes of WebAssembly`);
