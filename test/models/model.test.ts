import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

describe("functional models", () => {
  it("compute what their layers compute, shared layers once each call", () => {
    const shared = c.Dense(3);
    const [a, b] = [c.Input([2]), c.Input([2])];
    const model = c.Model([a, b], c.Add()([shared(a), shared(b)]));
    const [x, y] = [c.randomNormal([4, 2]), c.randomNormal([4, 2])];
    expect(model([x, y]).data).toEqual(shared(x).add(shared(y)).data);
    expect(model.countParams()).toBe(9);
  });

  it("take several outputs, named inputs in one object, and ops between layers", () => {
    const x = c.Input({ shape: [3], name: "x" });
    const h = c.Dense(2)(x);
    const model = new c.Model({
      inputs: { x },
      outputs: [h.mul(2).add(1), c.concat([h, x], 1)],
      name: "two",
    });
    const value = c.randomNormal([5, 3]);
    const [first, second] = model.call(value, { training: false }) as c.Tensor[];
    const hidden = model.getLayer(1)(value);
    expect(first?.data).toEqual(hidden.mul(2).add(1).data);
    expect(second?.shape).toEqual([5, 5]);
    expect(model.name).toBe("two");
  });

  it("are layers themselves", () => {
    const inner = c.Sequential([c.Dense(4, { activation: "relu" }), c.Dense(2)]);
    const x = c.Input([3]);
    const outer = c.Model(x, c.Dense(1)(inner(x)));
    expect(outer(c.ones([2, 3])).shape).toEqual([2, 1]);
    expect(outer.trainableWeights.length).toBe(6);
    inner.trainable = false;
    expect(outer.trainableWeights.length).toBe(2);
  });

  it("may be cut out of another model at any tensor", () => {
    const x = c.Input([3]);
    const h = c.Dense(4)(x);
    const y = c.Dense(2)(h);
    const whole = c.Model(x, y);
    const [front, back] = [c.Model(x, h), c.Model(h, y)];
    const value = c.randomNormal([2, 3]);
    expect(back(front(value)).data).toEqual(whole(value).data);
  });

  it("of one's own class have a call", () => {
    class Residual extends c.Model {
      hidden = c.Dense(4, { activation: "swish" });
      out = c.Dense(3);
      override call(x: c.Tensor): c.Tensor {
        return this.out(this.hidden(x)).add(x);
      }
    }
    const model = new Residual();
    expect(model(c.ones([2, 3])).shape).toEqual([2, 3]);
    expect(model.trainableWeights.length).toBe(4);
    expect(() => model.summary()).toThrow(/its layers have no shapes yet/);
  });
});

describe("toSVG", () => {
  it("draws a card per call and an arrow per connection, with everything escaped", () => {
    const x = c.Input({ shape: [4], name: "<script>&" });
    const h = c.Dense(4, { name: "hidden" })(x);
    const svg = c.Model(x, c.Add()([h, x])).toSVG();
    expect(svg.match(/class="card/g)?.length).toBe(3);
    expect(svg.match(/marker-end/g)?.length).toBe(3);
    expect(svg).toContain("&lt;script&gt;&amp;");
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("hidden (Dense) [None, 4], 20 parameters");
  });
});

describe("mistakes in building are named", () => {
  const x = c.Input({ shape: [3], name: "x" });
  const other = c.Input({ shape: [3], name: "other" });
  it.each<[string, () => unknown, RegExp]>([
    [
      "a disconnected graph",
      () => c.Model(x, c.Add()([c.Dense(2)(x), c.Dense(2)(other)])),
      /disconnected: other \(InputLayer\).*not among the inputs/,
    ],
    [
      "two layers of one name",
      () => c.Model(x, c.Dense(2, { name: "d" })(c.Dense(2, { name: "d" })(x))),
      /two layers are named "d"/,
    ],
    ["values in place of symbols", () => c.Model(c.ones([1, 2]), x), /inputs must be symbolic tensors/],
    [
      "a wrong shape",
      () => c.Model(x, c.Dense(2)(x))(c.ones([2, 4])),
      /input 0 must have shape \[None, 3\]; received \[2, 4\]/,
    ],
    [
      "too few inputs",
      () => c.Model([x, other], c.Add()([x, other]))(c.ones([2, 3])),
      /has 2 inputs; received 1 tensors/,
    ],
    [
      "an unknown layer",
      () => c.Model(x, c.Dense(2, { name: "d" })(x)).getLayer("e"),
      /there is no layer "e"; it has x, d/,
    ],
    ["no layer at all", () => c.Sequential([3 as never]), /add expects a layer; received 3/],
    [
      "junk as configuration",
      () => c.modelFromConfig({ class_name: "Functional", config: { layers: 3 } }),
      /expected layers; received 3/,
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
