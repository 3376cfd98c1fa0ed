import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const names = (model: c.Model) => model.layers.map(({ name }) => name);
const dense = (name: string) => c.Dense(2, { name });

describe("the order of a model's layers", () => {
  it("goes by the longest way to the outputs", () => {
    const x = c.Input({ shape: [2], name: "x" });
    const a = dense("a")(x);
    const long = dense("last")(dense("middle")(dense("first")(a)));
    const model = c.Model(x, c.Add({ name: "add" })([dense("short")(a), long]));
    expect(names(model)).toEqual(["x", "a", "first", "middle", "short", "last", "add"]);
  });

  it("puts a shared layer where its deepest call is", () => {
    const [a, b] = [c.Input({ shape: [2], name: "a" }), c.Input({ shape: [2], name: "b" })];
    const shared = dense("shared");
    const model = c.Model([a, b], c.Add({ name: "add" })([shared(a), dense("after")(shared(b))]));
    expect(names(model)).toEqual(["a", "b", "shared", "after", "add"]);
  });

  it("has a shared layer where it was first found", () => {
    const [a, b] = [c.Input({ shape: [2], name: "a" }), c.Input({ shape: [2], name: "b" })];
    const shared = dense("shared");
    const model = c.Model([a, b], c.Add({ name: "add" })([shared(a), dense("other")(a), shared(b)]));
    expect(names(model)).toEqual(["a", "b", "shared", "other", "add"]);
  });

  it("lists inputs that no output needs before the last layers, also one upstream of another input", () => {
    const [x, idle] = [c.Input({ shape: [2], name: "x" }), c.Input({ shape: [2], name: "idle" })];
    expect(names(c.Model([x, idle], dense("out")(x)))).toEqual(["x", "idle", "out"]);
    const hidden = dense("hidden")(x);
    const out = dense("out");
    const model = c.Model([x, hidden], out(hidden));
    expect(names(model)).toEqual(["hidden", "x", "out"]);
    const value = c.randomNormal([3, 2]);
    expect(model([c.zeros([3, 2]), value]).data).toEqual(out(value).data);
  });
});
