import fc from "fast-check";
import { expect, test } from "vitest";
import { binary } from "../../../src/kernels/wasm/binary.ts";
import { bytesOf, textOf } from "../../../src/kernels/wasm/binary-text.ts";

test("bytes are read back as they were written, in characters that every bundler leaves alone", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = textOf(bytes);
      expect(text).toMatch(/^[#-~]*$/);
      expect(bytesOf(text)).toEqual(bytes);
    }),
    { examples: [[Uint8Array.from({ length: 256 }, (_, byte) => byte)]] },
  );
});

test("the kernels are a module of WebAssembly", () => {
  expect([...bytesOf(binary).subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});
