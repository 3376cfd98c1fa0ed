import { describe, expect, it } from "vitest";
import { fraction } from "../../src/config/kinds.ts";
import { snakeCase } from "../../src/config/names.ts";
import { placeholder, type Tensor, tensor, type Variable, variable } from "../../src/index.ts";
import * as o from "../../src/training/optimizers/index.ts";
import { learningRate } from "../../src/training/optimizers/specs.ts";
import { expectClose } from "../support/close.ts";
import {
  combinations,
  each,
  expectAllClose,
  gradientsAt,
  makeVariables,
  valuesOf,
} from "./optimizers-cases.ts";

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
