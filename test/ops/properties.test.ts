import { describe, expect, it } from "vitest";
import * as ops from "../../src/ops/index.ts";
import { type AnyOp, isOp } from "../../src/ops/op.ts";
import { casesOf } from "../support/op-cases.ts";
import { checkOp } from "../support/op-checker.ts";

const exported = Object.entries(ops);
const table = exported.filter((entry): entry is [string, AnyOp & (typeof entry)[1]] => isOp(entry[1]));

// Through which no gradient flows although the function has a slope.
const stops = new Set(["stopGradient"]);

describe("every op of the table", () => {
  it("is found by walking the exports", () => {
    expect(table.length).toBeGreaterThan(85);
    const others = exported.filter(([, value]) => !isOp(value)).map(([name]) => name);
    // What is no op has tests of its own: test/ops/split.test.ts, test/ops/custom.test.ts.
    expect(others.sort()).toEqual(["customGradient", "split"]);
  });

  it.each(table)("%s", (_, op) => {
    checkOp(op, casesOf(op), 40, stops.has(op.opName));
  });
});
