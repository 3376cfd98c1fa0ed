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

describe("a call of a layer within a model", () => {
  it("keeps the mode that it was called in", () => {
    const x = c.Input([100]);
    const dropout = c.Dropout(0.5);
    const zeros = (model: c.Model) =>
      model(c.ones([1, 100]))
        .equal(0)
        .sum()
        .item();
    expect(zeros(c.Model(x, dropout(x, { training: true })))).toBeGreaterThan(20);
    expect(zeros(c.Model(x, dropout(x)))).toBe(0);
  });
});

describe("Sequential", () => {
  it("waits for the shape, which the first layer or the first call tells", () => {
    const waiting = c.Sequential([c.Dense(2), c.Dense(3, { inputShape: [4] })]);
    expect(waiting.outputs).toEqual([]);
    expect(waiting(c.ones([2, 5])).shape).toEqual([2, 3]);
    expect(waiting.outputs[0]!.shape).toEqual([Number.NaN, 3]);
    expect(waiting(c.ones([7, 5])).shape).toEqual([7, 3]);
    expect(c.Sequential([c.Dense(2, { inputShape: [4] })]).inputs[0]!.shape).toEqual([Number.NaN, 4]);
  });

  it("has inputs of its own dtype", () => {
    const model = c.Sequential([c.Dense(2, { inputShape: [3], dtype: "float64" })], { dtype: "float64" });
    expect(model.inputs[0]!.dtype).toBe("float64");
    expect(model(c.tensor([[0.1, 0.2, 0.3]], { dtype: "float64" })).dtype).toBe("float64");
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      "two layers of one name, before the shape is known",
      () => c.Sequential([c.Dense(2, { name: "d" }), c.Dense(2, { name: "d" })]),
      /two layers are named "d"/,
    ],
    [
      "an Input on a layer",
      () => c.Sequential([c.Dense(2), c.Input([3])]),
      /only the first .* may be an Input/,
    ],
    ["two Inputs", () => c.Sequential([c.Input([3]), c.Input([3])]), /only the first .* may be an Input/],
  ])("refuses %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe("modelFromConfig", () => {
  it("tells classes of one name apart by their packages", () => {
    const scale = (factor: number) =>
      class Scale extends c.Layer {
        override call(x: c.Tensor): c.Tensor {
          return x.mul(factor);
        }
      };
    c.registerLayer(scale(2), { package: "first" });
    c.registerLayer(scale(3), { package: "second" });
    const model = (registered_name: string) =>
      c.modelFromConfig({
        class_name: "Sequential",
        config: { name: "s", layers: [{ class_name: "Scale", config: { name: "scale" }, registered_name }] },
      });
    expect(model("first>Scale")(c.ones([1])).item()).toBe(2);
    expect(model("second>Scale")(c.ones([1])).item()).toBe(3);
  });

  it("builds for the shape in the file, and freezes what was frozen", () => {
    const config = {
      name: "s",
      layers: [{ class_name: "Dense", config: { name: "d", units: 2 } }],
      build_input_shape: [null, 3],
    };
    const model = c.modelFromConfig({ class_name: "Sequential", config });
    expect(model.countParams()).toBe(8);
    expect(model.trainableWeights.length).toBe(2);
    const frozen = c.modelFromConfig({ class_name: "Sequential", config: { ...config, trainable: false } });
    expect(frozen.trainableWeights).toEqual([]);
  });
});

describe("toSVG", () => {
  interface Card {
    readonly x: number;
    readonly y: number;
    readonly weighs: boolean;
  }
  const [width, height] = [236, 58];

  const drawn = (svg: string) => ({
    cards: [
      ...svg.matchAll(/translate\((\S+) (\S+)\)">\s*<title>.*<\/title>\s*<rect class="(card.*?)"/g),
    ].map(([, x, y, kind]): Card => ({ x: Number(x), y: Number(y), weighs: kind === "card kernel" })),
    arrows: [...svg.matchAll(/<path d="([^"]*)" marker-end/g)].map(([, d]) =>
      d!.match(/-?[\d.]+/g)!.map(Number),
    ),
    size: svg
      .match(/viewBox="0 0 (\S+) (\S+)" role/)!
      .slice(1, 3)
      .map(Number),
  });

  it("puts each call below what it depends on, and no two over one another", () => {
    const x = c.Input([4]);
    const [a, b] = [c.Dense(4)(x), c.ReLU()(x)];
    const { cards, arrows, size } = drawn(c.Model(x, c.Add()([a, b])).toSVG());
    expect(cards.map(({ weighs }) => weighs).filter(Boolean).length).toBe(1);
    const rows = new Set(cards.map(({ y }) => y));
    expect(rows.size).toBe(3);
    for (const [i, one] of cards.entries()) {
      expect(one.x >= 0 && one.x + width <= size[0]! && one.y + height <= size[1]!).toBe(true);
      for (const other of cards.slice(i + 1)) {
        expect(Math.abs(one.x - other.x) >= width || Math.abs(one.y - other.y) >= height).toBe(true);
      }
    }
    // Each arrow leaves a card at its lower edge and ends at the upper edge of another.
    for (const points of arrows) {
      const [x1, y1, x2, y2] = [...points.slice(0, 2), ...points.slice(-2)] as [
        number,
        number,
        number,
        number,
      ];
      expect(cards.some((card) => card.x + width / 2 === x1 && card.y + height === y1)).toBe(true);
      expect(cards.some((card) => card.x + width / 2 === x2 && card.y === y2)).toBe(true);
    }
  });

  it("leads a connection past a level around its cards", () => {
    const x = c.Input([4]);
    const { arrows, size } = drawn(c.Model(x, c.Add()([c.Dense(4)(x), x])).toSVG());
    const right = 24 + width;
    const around = arrows.filter(([x1]) => x1! >= right);
    expect(around.length).toBe(1);
    expect(around[0]!.filter((_, i) => i % 2 === 0).every((at) => at >= right && at <= size[0]!)).toBe(true);
  });

  it("cuts long names, and then leaves out the class", () => {
    const name = "a_name_that_is_far_too_long_for_its_card";
    const texts = (model: c.Model) => model.toSVG().match(/(?<=<text[^>]*>)[^<]*/g);
    const x = c.Input({ shape: [4], name: "x" });
    expect(texts(c.Model(x, c.Dense(2, { name })(x)))).toEqual([
      "x",
      "InputLayer",
      "[None, 4]",
      "",
      "a_name_that_is_far_too_long_for_i…",
      "",
      "[None, 2]",
      "10",
    ]);
  });

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
      "a shape with too few axes",
      () => {
        const series = c.Input([null, 3]);
        return c.Model(series, c.ReLU()(series))(c.ones([2]));
      },
      /input 0 must have shape \[None, None, 3\]; received \[2\]/,
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
