import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { uniform } from "../../../src/kernels/wasm/lower/random.ts";
import { viewOf } from "../../../src/view.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { resultOf, zeros } from "./compare.ts";

const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe("uniform in WebAssembly", () => {
  it("gives the bits of the reference", () => {
    const sizes = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.constant(30_001));
    fc.assert(
      fc.property(whole, whole, sizes, fc.integer({ min: 1, max: 3 }), (value, salt, size, threads) => {
        const key = viewOf(Int32Array.of(value), []);
        const got = resultOf([key], [size], (w, out) => uniform(w, key, salt, out), threads);
        const want = zeros([size]);
        reference.uniform(key, salt, want);
        expect(Float64Array.from(got)).toEqual(want.data);
      }),
    );
  });

  it("leaves other dtypes to the reference", () => {
    const [key, out] = [viewOf(Int32Array.of(1), []), viewOf(new Float64Array(3), [3])];
    expect(runLowering([key, out], (w) => uniform(w, key, 0, out))).toBe(false);
  });
});
