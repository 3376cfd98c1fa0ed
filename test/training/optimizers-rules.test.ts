import { describe, expect, it } from "vitest";
import {
  ChainruleError,
  placeholder,
  type Tensor,
  tensor,
  type Variable,
  valueAndGrad,
  variable,
} from "../../src/index.ts";
import * as o from "../../src/training/optimizers/index.ts";
import { ExponentialDecay } from "../../src/training/schedules/index.ts";
import { each, expectAllClose, gradientsAt, makeVariables, start, valuesOf } from "./optimizers-cases.ts";

describe("what all optimizers have", () => {
  const kernelAfter = (optimizer: o.Optimizer, steps: number) => {
    const variables = makeVariables();
    for (let t = 0; t < steps; t++) optimizer.apply(variables, gradientsAt(t, variables));
    return valuesOf(variables);
  };

  it("keeps the learning rate exact, whatever floatx", () => {
    const sgd = new o.SGD(0.1);
    const w = variable(1, { dtype: "float64" });
    sgd.apply([w], [tensor(1)]);
    expect([sgd.learningRate, w.item()]).toEqual([0.1, 0.9]);
  });

  it("lets the learning rate be set, but not with a schedule", () => {
    const adam = new o.Adam(0.1);
    adam.learningRate = 0.03;
    expect([adam.learningRate, adam.getConfig().learning_rate, adam.options.learningRate]).toEqual([
      0.03, 0.03, 0.1,
    ]);
    const scheduled = new o.SGD(new ExponentialDecay(0.2, 2, 0.5));
    kernelAfter(scheduled, 2);
    expect(scheduled.learningRate).toBe(0.1);
    expect(() => (scheduled.learningRate = 1)).toThrow(
      /sgd: a schedule gives the learning rate, so it cannot be set/,
    );
    expect(() => (adam.learningRate = Number.NaN)).toThrow(
      /adam: learningRate must be a number ≥ 0; received NaN/,
    );
    expect(() => (adam.learningRate = -1)).toThrow(/received -1/);
    expect(adam.learningRate).toBe(0.03);
  });

  it("accumulates: the mean of the gradients once in so many steps, nothing in between", () => {
    for (const [, Class] of each) {
      const [slow, plain] = [new Class({ gradientAccumulationSteps: 3 }), new Class()];
      const [a, b] = [makeVariables(), makeVariables()];
      const kept = () => valuesOf(slow.variables.filter(({ name }) => !/iteration|accumulator$/.test(name!)));
      for (let t = 0; t < 6; t += 3) {
        const gradients = [0, 1, 2].map((i) => gradientsAt(t + i, a));
        slow.build(a);
        const before = [valuesOf(a), kept()];
        slow.apply(a, gradients[0]!);
        slow.apply(a, gradients[1]!);
        expect([valuesOf(a), kept()]).toEqual(before);
        slow.apply(a, gradients[2]!);
        plain.apply(
          b,
          a.map((_, i) =>
            gradients
              .map((g) => g[i]!.cast("float64"))
              .reduce((x, y) => x.add(y))
              .div(3),
          ),
        );
        expectAllClose(a, b, { rtol: 1e-12, atol: 1e-14 });
      }
    }
  });

  it("keeps averages, and gives them to the variables in the end", () => {
    const sgd = new o.SGD(0.1, { useEma: true, emaMomentum: 0.5 });
    const w = variable(1, { dtype: "float64" });
    sgd.finalizeVariableValues([w]);
    expect(w.item()).toBe(1);
    const seen = [0, 1, 2].map(() => {
      sgd.apply([w], [tensor(1)]);
      return w.item();
    });
    sgd.finalizeVariableValues([w]);
    expect(w.item()).toBeCloseTo(seen[0]! * 0.25 + seen[1]! * 0.25 + seen[2]! * 0.5, 12);
    const plain = new o.SGD(0.1);
    plain.finalizeVariableValues([w]);
    expect(plain.variables).toHaveLength(2);
  });

  it("leaves variables out of weight decay, by name or themselves", () => {
    const decayed = kernelAfter(new o.AdamW({ weightDecay: 0.5 }), 3);
    const plain = kernelAfter(new o.Adam(), 3);
    const byName = new o.AdamW({ weightDecay: 0.5 });
    byName.excludeFromWeightDecay("bias");
    expect(kernelAfter(byName, 3)).toEqual([decayed[0], plain[1]]);
    const itself = new o.AdamW({ weightDecay: 0.5 });
    const variables = makeVariables();
    itself.excludeFromWeightDecay(variables[0]!);
    for (let t = 0; t < 3; t++) itself.apply(variables, gradientsAt(t, variables));
    expect(valuesOf(variables)).toEqual([plain[0], decayed[1]]);
    expect(kernelAfter(new o.AdamW({ weightDecay: 0 }), 3)).toEqual(plain);
  });

  it("works in a loop of one's own with grad", () => {
    const [w, b] = [variable(0), variable(0)];
    const adam = new o.Adam(0.1);
    const x = tensor([0, 1, 2, 3]);
    const y = x.mul(2).add(1);
    const step = valueAndGrad((w, b) => x.mul(w).add(b).sub(y).square().mean());
    for (let i = 0; i < 300; i++) {
      const [, gradients] = step(w, b);
      adam.apply([w, b], gradients as Tensor[]);
    }
    expect(w.item()).toBeCloseTo(2, 2);
    expect(b.item()).toBeCloseTo(1, 2);
  });

  it("does not grow: the slots hold no graph", () => {
    const adam = new o.Adam();
    const variables = makeVariables();
    for (let i = 0; i < 3; i++) adam.minimize(() => variables[0]!.square().sum(), [variables[0]!]);
    for (const x of adam.variables) expect(x.node).toBeUndefined();
  });
});

describe("bad input", () => {
  const [kernel, bias] = makeVariables() as [Variable, Variable];
  const one = tensor([1, 1]);
  class Wrong extends o.Optimizer {
    constructor(readonly result: () => object) {
      super();
    }
    protected override update(): o.Updated {
      return this.result() as o.Updated;
    }
  }

  it.each([
    [() => new o.SGD(Number.NaN), /SGD: learningRate must be a number ≥ 0 or a schedule; received NaN/],
    [() => new o.SGD(-0.1), /SGD: learningRate .* received -0.1/],
    [() => new o.SGD(Number.POSITIVE_INFINITY), /SGD: learningRate .* received Infinity/],
    [() => new o.SGD("0.1" as never), /SGD: learningRate .* received "0.1"/],
    [
      () => new o.Adam({ beta1: 1 }),
      /Adam: beta1 must be a number from 0 up to, not including, 1; received 1/,
    ],
    [() => new o.Adam({ epsilon: Number.NaN }), /Adam: epsilon must be a number ≥ 0; received NaN/],
    [() => new o.Adam({ lr: 0.1 } as never), /Adam: unknown option "lr"; known: /],
    [() => new Wrong(() => ({})).apply("x" as never, []), /Wrong|wrong: expected an array of variables/],
    [() => new o.Lion({ beta1: 0 }), /Lion: beta1 must be a number above 0, up to 1; received 0/],
    [() => new o.SGD({ clipnorm: 1, clipvalue: 1 }), /SGD: set only one of clipnorm and clipvalue/],
    [() => new o.SGD({ clipnorm: 0 }), /SGD: clipnorm must be a number > 0, or null; received 0/],
    [
      () => new o.SGD({ gradientAccumulationSteps: 1 }),
      /gradientAccumulationSteps must be a whole number ≥ 2, or null/,
    ],
    [() => new o.SGD({ emaMomentum: 1.5 }), /emaMomentum must be a number from 0 to 1; received 1.5/],
    [
      () => new o.SGD({ emaOverwriteFrequency: 0.5 }),
      /emaOverwriteFrequency must be a whole number ≥ 1, or null/,
    ],
    [
      () => new o.SGD().apply([kernel, bias], [one]),
      /sgd: expected an array of 2 gradients, one for each variable; received 1/,
    ],
    [() => new o.SGD().apply([bias], one as never), /expected an array of 1 gradients.*received a Tensor/],
    [
      () => new o.SGD().apply([kernel], [one]),
      /gradient of dense\/kernel must have its shape \[2, 3\]; received \[2\]/,
    ],
    [
      () => new o.SGD().apply([bias], [[1, 1] as never]),
      /gradient of dense\/bias must be a tensor; received \[1, 1\]/,
    ],
    [
      () => new o.SGD().apply([bias], [one.cast("int32")]),
      /gradient of dense\/bias must be a float; it is int32/,
    ],
    [() => new o.SGD().apply([bias, bias], [one, one]), /sgd: dense\/bias was given twice/],
    [() => new o.SGD().apply([one as never], [one]), /sgd: expected variables; received a Tensor at \[0\]/],
    [
      () => new o.SGD().apply([variable(1, { dtype: "int32" })], [one]),
      /variable 0 must be a float to be trained/,
    ],
    [() => new o.SGD().apply([bias], [placeholder([2])]), /sgd: apply needs gradients with values/],
    [
      () => new o.SGD().minimize(() => 3 as never, [bias]),
      /sgd: the function must return the loss; it returned 3/,
    ],
    [() => new o.SGD().minimize(() => bias.mul(2), [bias]), /sgd: .*the result has shape \[2\]/],
    [
      () => new Wrong(() => ({})).apply([bias], [one]),
      /Wrong.*update must return w of shape \[2\].*received undefined/i,
    ],
    [
      () => new Wrong(() => ({ w: tensor(1) })).apply([bias], [one]),
      /update must return w of shape \[2\].*received \[\]/,
    ],
    [
      () => new Wrong(() => ({ w: one, m: one })).apply([bias], [one]),
      /update returned a slot "m"; slots\(\) declares none/,
    ],
  ])("%s", (run, message) => {
    const before = valuesOf([kernel, bias]);
    expect(run).toThrow(ChainruleError);
    expect(run).toThrow(message);
    expect(valuesOf([kernel, bias])).toEqual(before);
  });

  it("refuses variables that it was not built for", () => {
    const adam = new o.Adam();
    adam.build([kernel]);
    adam.build([kernel]);
    expect(() => adam.apply([bias], [one])).toThrow(/adam: dense\/bias is not among the 1 variables/);
  });

  it("leaves everything as it was when a later variable fails", () => {
    const adam = new o.Adam();
    const variables = makeVariables();
    adam.build(variables);
    const all = [...variables, ...adam.variables];
    const before = valuesOf(all);
    expect(() => adam.apply(variables, [tensor(start), placeholder([2])])).toThrow(/symbolic/);
    expect(() => adam.apply(variables, [tensor(start), tensor([1])])).toThrow(/shape/);
    expect(valuesOf(all)).toEqual(before);
  });
});
