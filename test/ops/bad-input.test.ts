import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import * as ops from "../../src/ops/index.ts";
import { type AnyOp, isOp } from "../../src/ops/op.ts";
import { badArguments } from "../support/junk.ts";
import { casesOf } from "../support/op-cases.ts";
import { apply } from "../support/op-checker.ts";

const table = Object.entries(ops).filter((entry): entry is [string, AnyOp & (typeof entry)[1]] =>
  isOp(entry[1]),
);

/** All that the arguments hold, cells of tensors included. */
const contents = (args: readonly unknown[]): string =>
  inspect(
    args.flat(1).map((x) => (x instanceof c.Tensor && !x.symbolic ? [x, x.toTypedArray()] : x)),
    { depth: 6, maxArrayLength: null, customInspect: false },
  );

const storage = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array };

function expectSound(y: c.Tensor): void {
  const isSize = (n: number) => (Number.isInteger(n) && n >= 0) || (Number.isNaN(n) && y.symbolic);
  expect(y.shape.every(isSize), `shape [${y.shape}]`).toBe(true);
  if (y.symbolic) return;
  expect(y.data).toBeInstanceOf(storage[y.dtype]);
  expect(y.data.length).toBe(y.size);
  if (y.dtype === "bool") expect(y.data.every((cell) => cell <= 1)).toBe(true);
}

describe("any arguments give a sound tensor or an error that names the op, and stay as they are", () => {
  it.each(table)("%s", (_, op) => {
    fc.assert(
      fc.property(badArguments(op), (args) => {
        const before = contents(args);
        let y: c.Tensor | undefined;
        try {
          y = op(...args);
        } catch (error) {
          expect(error).toBeInstanceOf(c.ChainruleError);
          // "add: …", or "add, b: …" where one input is to blame.
          expect((error as Error).message).toMatch(new RegExp(`^${op.opName}[:,] `));
        }
        if (y !== undefined) expectSound(y);
        expect(contents(args)).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});

/** Overwrites all numbers in nested arrays. */
function spoil(value: unknown): void {
  if (!Array.isArray(value)) return;
  value.forEach((item, i) => {
    if (typeof item === "number") value[i] = 77;
    else spoil(item);
  });
}

const withLists = table.filter(([, op]) =>
  fc
    .sample(casesOf(op), { numRuns: 20, seed: 1 })
    .some(({ attrs = {} }) => Object.values(attrs).some(Array.isArray)),
);

describe("a result keeps the options it was made with, whatever becomes of the arrays they were given in", () => {
  it("is asked of many ops", () => expect(withLists.length).toBeGreaterThan(15));

  it.each(withLists)("%s", (_, op) => {
    fc.assert(
      fc.property(casesOf(op), ({ inputs, attrs }) => {
        const given = structuredClone(attrs);
        const leaves = inputs.map((x) => (x.dtype === "float64" ? c.variable(x) : x));
        const y = apply(op, leaves, given);
        const before = [inspect(y.node?.attrs, { depth: 5 }), [...y.shape]];
        Object.values(given ?? {}).forEach(spoil);
        expect([inspect(y.node?.attrs, { depth: 5 }), [...y.shape]]).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });
});
