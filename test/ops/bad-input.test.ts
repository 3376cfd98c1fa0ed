import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import * as ops from "../../src/ops/index.ts";
import { type AnyOp, isOp } from "../../src/ops/op.ts";
import { badArguments } from "../support/junk.ts";

const table = Object.entries(ops).filter((entry): entry is [string, AnyOp & (typeof entry)[1]] =>
  isOp(entry[1]),
);

/** The tensors among the arguments, with what they hold. */
const contents = (args: readonly unknown[]) =>
  args
    .flat(2)
    .filter((x): x is c.Tensor => x instanceof c.Tensor && !x.symbolic)
    .map((x) => [x, x.toTypedArray()] as const);

describe("any arguments give a sound tensor or an error that names the op", () => {
  it.each(table)("%s", (_, op) => {
    fc.assert(
      fc.property(badArguments(op), (args) => {
        const before = contents(args);
        let y: unknown;
        try {
          y = op(...args);
        } catch (error) {
          expect(error).toBeInstanceOf(c.ChainruleError);
          // "add: …", or "add, b: …" where one input is to blame.
          expect((error as Error).message).toMatch(new RegExp(`^${op.opName}[:,] `));
        }
        if (y instanceof c.Tensor) {
          const whole = y.shape.every(
            (n) => (Number.isInteger(n) && n >= 0) || (Number.isNaN(n) && y.symbolic),
          );
          expect(whole, `shape [${y.shape}]`).toBe(true);
          if (!y.symbolic) expect(y.data.length).toBe(y.size);
        }
        for (const [x, cells] of before) expect(x.data).toEqual(cells);
      }),
      { numRuns: 60 },
    );
  });
});
