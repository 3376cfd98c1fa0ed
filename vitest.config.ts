import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { doctest } from "./test/support/doctest.ts";

export default defineConfig({
  plugins: [doctest()],
  resolve: {
    // "chainrule" means the sources here, as in the `paths` of tsconfig.json: no build before a test.
    alias: [
      { find: /^chainrule$/, replacement: resolve("src/index.ts") },
      { find: /^chainrule\/(.+)$/, replacement: resolve("src/$1/index.ts") },
    ],
  },
  // A browser's tests mostly wait for it: a worker for each core.
  test: { include: ["test/**/*.test.ts"], maxWorkers: "100%", testTimeout: 20_000 },
});
