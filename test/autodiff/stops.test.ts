import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { messageOf } from "../support/message.ts";

/** Two dense layers with an activation, and the loss of a batch. */
function net() {
  c.setSeed(2);
  const x = c.Input([3]);
  const hidden = c.Dense(4, { activation: "swish", name: "hidden" })(x);
  const model = c.Model(x, c.Dense(1, { name: "out" })(hidden));
  const loss = () => (model(c.ones([2, 3])) as c.Tensor).square().mean();
  return { model, loss };
}

const gradients = (model: c.Model) => model.weights.map(({ grad }) => grad!.toArray());

describe("stops by op and by layer", () => {
  test.each(["op", "layer"] as const)(
    "by %s: every step is in one, and the gradients are those of backward()",
    (by) => {
      const [stepped, drained] = [net(), net()];
      drained.loss().backward();
      const indices: number[] = [];
      for (const stop of stepped.loss().backwardSteps({ by })) {
        indices.push(...stop.reveal().map(({ index }) => index));
        expect(stop.reveal()).toHaveLength(stop.reveal().length);
      }
      const all = [...net().loss().backwardSteps()];
      expect(indices).toEqual(all.map(({ index }) => index));
      expect(gradients(stepped.model)).toEqual(gradients(drained.model));
    },
  );

  test("what is not revealed is computed when the walk goes on", () => {
    const [stepped, drained] = [net(), net()];
    drained.loss().backward();
    for (const stop of stepped.loss().backwardSteps({ by: "layer" })) expect(stop.first.revealed).toBe(false);
    expect(gradients(stepped.model)).toEqual(gradients(drained.model));
  });

  test("layers come from the last to the first, each in one stop", () => {
    const stops = [...net().loss().backwardSteps({ by: "layer" })];
    expect(stops.map(({ layer, op }) => layer ?? op)).toEqual([undefined, "mean", "square", "out", "hidden"]);
  });
});

describe("breakpoints", () => {
  const kinds = (options: c.StopOptions<"step">) =>
    [...net().loss().backwardSteps(options)].map(({ from, kind }) => [from?.result.node?.op.opName, kind]);

  test("stop only where one of them wants it, and the rest still runs", () => {
    expect(kinds({ break: c.at.op("matmul") })).toHaveLength(3);
    expect(kinds({ break: [c.at.op("mean"), c.at.op("square")] })).toEqual([
      ["mean", "contribution"],
      ["square", "contribution"],
    ]);
    const { model, loss } = net();
    for (const _ of loss().backwardSteps({ break: () => false }));
    expect(model.weights.every(({ grad }) => grad !== undefined)).toBe(true);
  });

  test("know layers by name and by class, and tensors", () => {
    const { model, loss } = net();
    const kernel = model.weights[0]!;
    const at = (wants: c.Breakpoint) => [...loss().backwardSteps({ break: wants })];
    expect(at(c.at.layer("hidden")).length).toBeGreaterThan(2);
    expect(at(c.at.layer("Dense"))).toHaveLength(
      at(c.at.layer("hidden")).length + at(c.at.layer("out")).length,
    );
    expect(at(c.at.tensor(kernel))).toHaveLength(1);
  });

  test("see what is not finite, what is zero, and what is added up", () => {
    const w = c.variable([0, 4], { name: "w" });
    const loss = () => w.sqrt().mul(w.relu()).sum();
    const targets = (wants: c.Breakpoint) =>
      [...loss().backwardSteps({ break: wants })].map(({ kind, value }) => [kind, value.toArray()]);
    expect(targets(c.at.nonFinite).length).toBeGreaterThan(0);
    expect(targets(c.at.accumulation).map(([kind]) => kind)).toEqual(["accumulate"]);
    const zero = [...c.variable(0).mul(3).square().backwardSteps({ break: c.at.zeroGradient })];
    expect(zero.map(({ value }) => value.item())).toEqual([0, 0]);
  });

  test("until ends there, and changes no gradient", () => {
    const { model, loss } = net();
    const steps = [...loss().backwardSteps({ until: c.at.op("square") })];
    expect(steps).toHaveLength(1);
    expect(steps[0]!.from!.result.node!.op.opName).toBe("square");
    expect(model.weights.every(({ grad }) => grad === undefined)).toBe(true);
    const before = [
      ...net()
        .loss()
        .backwardSteps({ until: c.at.op("square"), break: c.at.op("mean") }),
    ];
    expect(before).toHaveLength(2);
  });
});

describe("predictions", () => {
  const step = () => {
    const w = c.variable([1, -2], { name: "w" });
    const steps = w.square().sum().backwardSteps();
    steps.next();
    steps.next();
    return steps.next().value!;
  };

  test("are judged when the step is revealed", () => {
    const { value, answers } = step()
      .predict({ sign: "mixed", shape: [2], zero: false, value: 2 })
      .reveal();
    expect(value.toArray()).toEqual([2, -4]);
    expect(answers.map(({ about, right }) => [about, right])).toEqual([
      ["sign", true],
      ["shape", true],
      ["zero", true],
      ["value", false],
    ]);
  });

  test("a number is right within one percent", () => {
    const seed = () =>
      [
        ...c
          .variable(3)
          .square()
          .backwardSteps({ until: () => true }),
      ][0]!;
    expect(seed().predict({ value: 1.005 }).reveal().answers[0]!.right).toBe(true);
    expect(seed().predict({ value: 1.02 }).reveal().answers[0]!.right).toBe(false);
  });

  test("come before the answer, and are about something", () => {
    const known = step();
    known.reveal();
    expect(messageOf(() => known.predict({ zero: true }))).toContain("has been revealed");
    expect(messageOf(() => step().predict({}))).toContain("shape, sign, zero, value");
    expect(messageOf(() => step().predict({ colour: "red" } as never))).toContain("colour");
  });
});

test("formats: text, LaTeX and MathML say the same; another one is refused", () => {
  const [, , last] = [...c.variable(3, { name: "w" }).square().mul(2).backwardSteps()];
  expect(last!.explain()).toContain("2 · 3 · 2 = 12");
  expect(last!.explain({ format: "latex" })).toContain(String.raw`2 \cdot 3 \cdot 2 = 12`);
  expect(last!.explain({ format: "html" })).toContain("<mn>2</mn><mo>·</mo><mn>3</mn>");
  expect(messageOf(() => last!.explain({ format: "rtf" } as never))).toContain('"latex"');
});

test("options that are wrong are refused when the walk begins", () => {
  const y = c.variable(1).square();
  const walk = (options: object) => messageOf(() => y.backwardSteps(options as never).next());
  expect(walk({ by: "word" })).toContain('"layer"');
  expect(walk({ break: "conv2d" })).toContain('at.layer("conv2d")');
  expect(walk({ stop: true })).toContain("stop");
});
