import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { snakeCase } from "../../src/config/names.ts";
import {
  ChainruleError,
  placeholder,
  setFloatx,
  type Tensor,
  tensor,
  type Variable,
  valueAndGrad,
  variable,
} from "../../src/index.ts";
import * as o from "../../src/training/optimizers/index.ts";
import { learningRate } from "../../src/training/optimizers/specs.ts";
import { CosineDecayRestarts, ExponentialDecay } from "../../src/training/schedules/index.ts";
import { fraction } from "../../src/training/schedules/specs.ts";
import { expectClose, type Tolerance } from "../support/close.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";

interface OptimizerCase {
  readonly name: string;
  readonly kind: "optimizer" | "schedule";
  readonly class_name: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly initial: readonly (Stored & { readonly name: string })[];
  readonly gradients: readonly (readonly Stored[])[];
  readonly values: readonly (readonly Stored[])[];
  readonly final_state: readonly (Stored & { readonly path: string })[];
}

const { cases } = readFixture<{ cases: OptimizerCase[] }>("optimizers.json");
const optimizerCases = cases
  .filter(({ kind }) => kind === "optimizer")
  .map((one) => [one.name, one] as const);
const tolerance = { rtol: 1e-10, atol: 0 };

function expectAllClose(
  actual: readonly Variable[],
  expected: readonly (Stored | Tensor)[],
  within: Tolerance,
  when = "",
): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, x] of actual.entries()) expectClose(x, expected[i]!, within, `${when} ${x.name}`);
}

describe("optimizers as Keras's", () => {
  beforeAll(() => setFloatx("float64"));
  afterAll(() => setFloatx("float32"));

  it.each(optimizerCases)("%s", (_, one) => {
    const { class_name, config } = one;
    const optimizer = o.optimizers.get({ class_name, config });
    const variables = one.initial.map((stored) => variable(load(stored), { name: stored.name }));
    one.gradients.forEach((gradients, t) => {
      optimizer.apply(variables, gradients.map(load));
      expectAllClose(variables, one.values[t]!, tolerance, `step ${t}`);
    });
    const state = optimizer.variables;
    expect(state.map((x) => x.name)).toEqual(one.final_state.map(({ path }) => path));
    expectAllClose(state, one.final_state, tolerance);
    const { loss_scale_factor, ...rest } = config;
    expect(loss_scale_factor).toBeNull();
    expect(optimizer.getConfig()).toEqual(rest);
  });
});

type OptimizerClass = (new (options?: o.OptimizerOptions) => o.Optimizer) & { readonly className: string };

const classes = Object.values(o).filter(
  (value): value is OptimizerClass => typeof value === "function" && value.prototype instanceof o.Optimizer,
);
const each = classes.map((Class) => [Class.className, Class] as const);

/** Options that all optimizers have, in combinations that go through every branch of a step. */
const combinations: readonly o.OptimizerOptions[] = [
  {},
  { weightDecay: 0.1, clipnorm: 0.5 },
  { globalClipnorm: 0.5, gradientAccumulationSteps: 2 },
  { clipvalue: 0.1, useEma: true, emaOverwriteFrequency: 3, gradientAccumulationSteps: 2 },
  { learningRate: new CosineDecayRestarts(0.1, 3), useEma: true },
];

const start = [
  [0.5, -1, 2],
  [3, 0.25, -0.75],
];
const makeVariables = (dtype: "float32" | "float64" = "float64") => [
  variable(start, { dtype, name: "dense/kernel" }),
  variable([0.1, -0.2], { dtype, name: "dense/bias" }),
];
/** Some gradients, others in each step. */
const gradientsAt = (step: number, variables: readonly Variable[]) =>
  variables.map((x, k) =>
    tensor(
      x.toTypedArray().map((_, i) => Math.sin(1 + i + 2 * k + 3 * step)),
      { shape: x.shape },
    ),
  );
const valuesOf = (variables: readonly Variable[]) => variables.map((x) => [...x.toTypedArray()]);

describe("the registry", () => {
  it("has what the module exports", () => {
    expect(o.optimizers.names().sort()).toEqual(each.map(([name]) => snakeCase(name)).sort());
    expect(each).toHaveLength(9);
  });

  it.each(each)("%s is found in every spelling", (name, Class) => {
    for (const id of [name, snakeCase(name), name.toLowerCase(), name.toUpperCase(), new Class()]) {
      expect(o.optimizers.get(id)).toBeInstanceOf(Class);
    }
  });

  it("names the nearest for an unknown one", () => {
    expect(() => o.optimizers.get("adm")).toThrow(/unknown optimizer "adm"; known: adam, /);
    expect(() => o.optimizers.get({ class_name: "Adam", config: { lr: 1 } })).toThrow(/unknown entry "lr"/);
  });

  it("takes a class of one's own", () => {
    class Half extends o.optimizerClass("Half", ["learningRate", "part"], {
      learningRate: learningRate(1),
      part: fraction(0.5),
    }) {
      protected override update({ w, g, lr }: o.Update): o.Updated {
        return { w: w.sub(g.mul(lr).mul(this.options.part)) };
      }
    }
    o.optimizers.register(Half);
    const half = o.optimizers.get(JSON.parse(JSON.stringify(o.optimizers.serialize(new Half(2, 0.25)))));
    const w = variable(1);
    half.apply([w], [tensor(1)]);
    expect([half.name, w.item()]).toEqual(["half", 0.5]);
  });
});

describe.each(each)("%s", (_, Class) => {
  it("goes through JSON", () => {
    for (const options of combinations) {
      const optimizer = new Class({ learningRate: 0.25, name: "mine", ...options });
      const text = JSON.stringify(o.optimizers.serialize(optimizer));
      const read = o.optimizers.get(JSON.parse(text));
      expect(JSON.stringify(o.optimizers.serialize(read))).toBe(text);
      expect(read.options).toEqual(optimizer.options);
    }
  });

  it("step assigns nothing, apply assigns just what step gives", () => {
    for (const options of combinations) {
      const [optimizer, variables] = [new Class(options), makeVariables()];
      optimizer.build(variables);
      for (let t = 0; t < 7; t++) {
        const gradients = gradientsAt(t, variables);
        const all = [...variables, ...optimizer.variables];
        const before = { values: valuesOf(all), versions: all.map((x) => x.version) };
        const next = optimizer.step(variables, gradients);
        expect({ values: valuesOf(all), versions: all.map((x) => x.version) }).toEqual(before);
        expect(all).toEqual(expect.arrayContaining([...next.keys()]));
        for (const value of next.values()) expect(value.tracked).toBe(false);
        optimizer.apply(variables, gradients);
        for (const [x, value] of next) expectClose(x, value, { rtol: 0, atol: 0 }, x.name);
      }
      expect(optimizer.iterations.item()).toBe(7);
    }
  });

  it("can be traced: from symbolic state and gradients come symbolic values", () => {
    for (const options of combinations) {
      const [optimizer, variables] = [new Class(options), makeVariables("float32")];
      const symbolic = new Map<Variable, Tensor>();
      const read = (x: Variable) => {
        if (!symbolic.has(x)) symbolic.set(x, placeholder(x.shape, x.dtype));
        return symbolic.get(x)!;
      };
      const next = optimizer.step(
        variables,
        variables.map((x) => placeholder(x.shape)),
        read,
      );
      for (const [x, value] of next) {
        expect([x.name, value.symbolic, value.shape, value.dtype]).toEqual([x.name, true, x.shape, x.dtype]);
      }
      const state = optimizer.variables.filter(({ name }) => !name?.endsWith("learning_rate"));
      expect([...next.keys()]).toEqual(expect.arrayContaining([...variables, ...state]));
      // Gradients alone may be symbolic, too.
      const partly = optimizer.step(
        variables,
        variables.map((x) => placeholder(x.shape)),
      );
      for (const x of variables) expect(partly.get(x)!.symbolic).toBe(true);
    }
  });

  it("starts from the state that it is given, and from no other", () => {
    for (const options of combinations) {
      const [known, variables] = [new Class({ learningRate: 0.3, ...options }), makeVariables()];
      for (let t = 0; t < 5; t++) known.apply(variables, gradientsAt(t, variables));
      const [fresh, others] = [new Class({ learningRate: 0.1, ...options }), makeVariables()];
      fresh.build(others);
      const pairs = new Map([
        ...others.map((x, i) => [x, variables[i]!] as const),
        ...fresh.variables.map((x, i) => [x, known.variables[i]!] as const),
      ]);
      const gradients = gradientsAt(5, variables);
      const expected = known.step(variables, gradients);
      for (const [x, value] of fresh.step(others, gradients, (x) => pairs.get(x)!)) {
        expectClose(value, expected.get(pairs.get(x)!)!, { rtol: 0, atol: 0 }, x.name);
      }
    }
  });

  it("float32 comes close to float64", () => {
    for (const options of combinations) {
      const runs = (["float32", "float64"] as const).map((dtype) => {
        const [optimizer, variables] = [new Class({ learningRate: 0.05, ...options }), makeVariables(dtype)];
        for (let t = 0; t < 20; t++) optimizer.apply(variables, gradientsAt(t, variables));
        expect(variables.map((x) => x.dtype)).toEqual([dtype, dtype]);
        return variables;
      });
      expectAllClose(runs[0]!, runs[1]!, { rtol: 2e-5, atol: 2e-6 });
    }
  });

  it("minimizes a quadratic", () => {
    // Adadelta starts with steps of about √epsilon, whatever the gradient, and Adagrad's steps shrink.
    const rates: Record<string, number> = { Adadelta: 100, Adagrad: 0.5 };
    const optimizer = new Class({ learningRate: rates[Class.className] ?? 0.02 });
    const [w] = makeVariables() as [Variable];
    const loss = () => w.sub(1).square().sum();
    const before = optimizer.minimize(loss, [w]).item();
    for (let t = 0; t < 400; t++) optimizer.minimize(loss, [w]);
    expect(loss().item()).toBeLessThan(before / 20);
  });

  it("takes variables of several dtypes, of no cells, and none at all", () => {
    for (const options of combinations) {
      const variables = [...makeVariables("float32"), ...makeVariables("float64"), variable([])];
      const optimizer = new Class(options);
      optimizer.apply(variables, gradientsAt(0, variables));
      expect(variables.map((x) => x.dtype)).toEqual(["float32", "float32", "float64", "float64", "float32"]);
      const idle = new Class(options);
      idle.apply([], []);
      expect(idle.iterations.item()).toBe(1);
    }
  });
});

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
