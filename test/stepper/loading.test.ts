import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { loadTrace, record } from "../../src/stepper/index.ts";
import { runs } from "../support/compiled.ts";
import { messageOf } from "../support/message.ts";

c.setSeed(3);
const net = () => {
  const x = c.Input([8, 8, 3]);
  const conv = c.Conv2D(20, 3, { activation: "hard_swish", name: "conv" })(x);
  return c.Model(x, c.Dense(4, { name: "dense" })(c.Flatten()(conv)));
};
const model = net();
const images = c.randomNormal([4, 8, 8, 3]);
const trace = record(() =>
  c.sparseSoftmaxCrossEntropy(model(images) as c.Tensor, c.tensor([0, 1, 2, 3], { dtype: "int32" })).mean(),
);
const json = JSON.stringify(trace);

describe("a trace that went through a file", () => {
  const loaded = loadTrace(json);

  test("has the same graph, steps and flow", () => {
    expect(loaded.nodes).toEqual(
      JSON.parse(JSON.stringify(trace.nodes)).map((node: object) => ({
        op: undefined,
        group: undefined,
        formula: undefined,
        source: undefined,
        ...node,
      })),
    );
    expect(loaded.steps.map(({ phase, node, from }) => [phase, node, from])).toEqual(
      trace.steps.map(({ phase, node, from }) => [phase, node, from]),
    );
    expect(loaded.flow).toEqual(trace.flow);
    expect(JSON.parse(JSON.stringify(loaded)).nodes).toEqual(JSON.parse(json).nodes);
  });

  test("has small tensors to the bit, large ones as samples with exact statistics", () => {
    loaded.tensors.forEach((x, i) => {
      const before = trace.tensors[i]!;
      expect(x.shape).toEqual(before.shape);
      expect(x.statistics).toEqual(before.statistics);
      if (x.cells !== undefined) expect(x.cells).toEqual(before.cells);
      else {
        expect(before.cells!.length).toBeGreaterThan(4096);
        const { sample } = before;
        const largest = Math.max(...Array.from(sample.cells, Math.abs));
        Array.from(x.sample.cells).forEach((cell, k) => {
          expect(Math.abs(cell - sample.cells[k]!)).toBeLessThanOrEqual(largest / 127);
        });
      }
    });
  });

  test("explains the same, opens ops into their parts, and says that it cannot run again", () => {
    trace.steps.forEach(({ value }, i) => {
      if (loaded.tensors[value]!.cells !== undefined)
        expect(loaded.explain(i).split("\n")[1]).toBe(trace.explain(i).split("\n")[1]);
    });
    const softmax = trace.nodes.findIndex(({ op }) => op === "softmaxCrossEntropy");
    expect(loaded.open(softmax)!.steps.length).toBe(trace.open(softmax)!.steps.length);
    expect(messageOf(() => loaded.replay({ set: {} }))).toContain("no program");
  });

  test("is written again as it was read", () => {
    expect(JSON.stringify(loadTrace(JSON.stringify(loaded)))).toBe(JSON.stringify(loaded));
  });
});

describe("a hostile or broken file", () => {
  /** All places in a JSON value. */
  const places = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...places(inner, [...path, key])])
      : [];

  const x = c.variable(3, { name: "x" });
  const small = JSON.parse(JSON.stringify(record(() => c.swish(x.mul(x).add([1, 2])).sum())));
  const spots = places(small);

  const replaced = (path: readonly string[], value: unknown) => {
    const copy = structuredClone(small);
    const parent = path.slice(0, -1).reduce((at, key) => at[key], copy);
    parent[path.at(-1)!] = value;
    return copy;
  };

  const poison = fc.oneof(
    fc.constantFrom(
      null,
      -1,
      1e9,
      0.5,
      "x".repeat(10_000),
      [],
      {},
      true,
      "<script>alert(1)</script>",
      "__proto__",
      2 ** 40,
    ),
    fc.jsonValue(),
  );

  test("is refused with the place, or loads harmlessly: anything anywhere", () =>
    fc.assert(
      fc.property(fc.constantFrom(...spots), poison, (path, value) => {
        let loaded: ReturnType<typeof loadTrace>;
        try {
          loaded = loadTrace(replaced(path, value));
        } catch (error) {
          expect(error).toBeInstanceOf(c.ChainruleError);
          expect((error as Error).message).toMatch(/^loadTrace: /);
          return;
        }
        loaded.steps.forEach((_, i) => {
          const html = loaded.explain(i, { format: "html" });
          expect(html).not.toMatch(/<script/i);
          loaded.at(i);
        });
        void loaded.flow;
        loaded.stretches("layer");
      }),
      runs(1500),
    ));

  test.each([
    ["text that is no JSON", "{", "no JSON"],
    ["another format", { format: "x" }, "trace.format"],
    ["a later version", { ...small, version: 2 }, "trace.version"],
    ["an input that comes later", replaced(["nodes", "1", "inputs"], [5]), "nodes[1].inputs"],
    ["a size beyond memory", replaced(["tensors", "0", "shape"], [2 ** 30, 2 ** 30]), "shape"],
    ["missing bytes", replaced(["tensors", "0", "whole"], ""), "whole"],
    ["no base64", replaced(["tensors", "0", "whole"], "%%%"), "base64"],
  ])("%s", (_, file, message) => {
    expect(messageOf(() => loadTrace(file))).toContain(message);
  });

  test("keys that reach prototypes are left out", () => {
    const text = JSON.stringify(small).replace('"attributes":{', '"attributes":{"__proto__":{"polluted":1},');
    expect(() => loadTrace(text)).toThrow();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
