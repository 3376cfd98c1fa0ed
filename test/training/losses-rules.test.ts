import { describe, expect, it } from "vitest";
import {
  ChainruleError,
  gradients,
  K,
  type Tensor,
  type TensorLike,
  tensor,
  variable,
} from "../../src/index.ts";
import * as exported from "../../src/training/losses/index.ts";
import { Loss, losses } from "../../src/training/losses/index.ts";

describe("reduction and weights", () => {
  const truth = [
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  const off = [
    [1, 1],
    [2, 2],
    [3, 3],
  ];
  const at = (reduction: exported.Reduction | null, weight?: TensorLike) =>
    new exported.MeanSquaredError({ reduction }).of(truth, off, weight).toArray();

  it("follows each name", () => {
    expect(at("sum")).toBe(14);
    expect(at("none")).toEqual([1, 4, 9]);
    expect(at(null)).toEqual([1, 4, 9]);
    expect(at("mean")).toBeCloseTo(14 / 3, 6);
    expect(at("sum_over_batch_size", [1, 0, 2])).toBeCloseTo(19 / 3, 6);
    expect(at("mean_with_sample_weight", [1, 0, 2])).toBeCloseTo(19 / 3, 6);
    expect(at("mean_with_sample_weight", [1, 0, 1])).toBe(5);
    expect(at("mean_with_sample_weight", [0, 0, 0])).toBe(0);
    expect(at("none", [[1], [0], [2]])).toEqual([1, 0, 18]);
  });

  it("lets a weight per sample weigh all places of the sample", () => {
    const [yTrue, yPred] = [K.zeros([2, 3, 4]), K.ones([2, 3, 4])];
    const loss = new exported.MeanAbsoluteError({ reduction: "none" });
    const expected = [
      [2, 2, 2],
      [5, 5, 5],
    ];
    expect(loss.of(yTrue, yPred, [2, 5]).toArray()).toEqual(expected);
    expect(loss.of(yTrue, yPred, expected).toArray()).toEqual(expected);
    expect(() => loss.of(yTrue, yPred, [1, 2, 3])).toThrow(
      "mean_absolute_error: sampleWeight must have one weight per sample, [2], or one weight per value, [2, 3]; received [3]",
    );
  });

  it("does not count the samples of an ignored class", () => {
    for (const ignoreClass of [-1, 1, 255]) {
      const options = { fromLogits: true, ignoreClass };
      const logits = variable([
        [1, 2, 3],
        [4, 5, 7],
        [0, 0, 1],
      ]);
      const labels = [0, ignoreClass, 2];
      const loss = new exported.SparseCategoricalCrossentropy(options);
      const value = loss.of(labels, logits);
      const [first, second] = [loss.of([0], [[1, 2, 3]]).item(), loss.of([2], [[0, 0, 1]]).item()];
      expect(value.item()).toBeCloseTo((first + second) / 2, 6);
      expect(
        gradients(value, [logits])[0]!
          .data.slice(3, 6)
          .every((slope) => slope === 0),
      ).toBe(true);
      expect(loss.of([ignoreClass], [[1, 2, 3]]).item()).toBe(0);
      const weighed = new exported.SparseCategoricalCrossentropy({
        ...options,
        reduction: "mean_with_sample_weight",
      });
      expect(weighed.of(labels, logits, [3, 100, 1]).item()).toBeCloseTo((3 * first + second) / 4, 6);
    }
  });
});

describe("functions and classes of one's own", () => {
  const worst = (yTrue: Tensor, yPred: Tensor) => yTrue.sub(yPred).abs().max(-1);

  it("takes a function, named after it", () => {
    const loss = losses.get(worst);
    expect([
      loss.name,
      loss
        .of(
          [
            [0, 0],
            [1, 1],
          ],
          [
            [1, -3],
            [1, 1],
          ],
        )
        .item(),
    ]).toEqual(["worst", 1.5]);
    expect(losses.get((t: Tensor) => t).name).toBe("loss");
    expect(
      losses.get(function rootError(t: Tensor, p: Tensor) {
        return t.sub(p).square().mean().sqrt();
      }).name,
    ).toBe("root_error");
    expect(
      losses
        .get((t: Tensor, p: Tensor) => t.sub(p).square().mean())
        .of([[1]], [[3]])
        .item(),
    ).toBe(4);
  });

  it("says so where a function cannot do what is asked", () => {
    expect(() => losses.serialize(losses.get(worst))).toThrow(/worst is a plain function.*losses\.register/s);
    expect(() => losses.get((() => 3) as never).of([1], [1])).toThrow(
      /expected a tensor of losses.*received 3/,
    );
    const scalar = losses.get((t: Tensor, p: Tensor) => t.sub(p).square().mean());
    expect(() => scalar.of([[1], [2]], [[3], [4]], [1, 2])).toThrow(
      /one weight per value, \[\]; received \[2\]/,
    );
  });

  it("registers a class", () => {
    class FourthPower extends Loss {
      static readonly className = "FourthPower";
      static readonly specs = {};
      override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
        return yTrue.sub(yPred).pow(4).mean(-1);
      }
    }
    losses.register(FourthPower, ["l4"]);
    expect(
      losses
        .get("l4")
        .of([[1]], [[3]])
        .item(),
    ).toBe(16);
    expect(losses.serialize(losses.get("fourth_power"))).toMatchObject({
      class_name: "FourthPower",
      config: { name: "fourth_power", reduction: "sum_over_batch_size" },
    });
  });
});

describe("look-up", () => {
  it.each(
    Object.entries({
      mse: "MeanSquaredError",
      MSE: "MeanSquaredError",
      mae: "MeanAbsoluteError",
      mape: "MeanAbsolutePercentageError",
      msle: "MeanSquaredLogarithmicError",
      bce: "BinaryCrossentropy",
      binary_cross_entropy: "BinaryCrossentropy",
      kld: "KLDivergence",
      kullback_leibler_divergence: "KLDivergence",
      kl_divergence: "KLDivergence",
      logcosh: "LogCosh",
      huber: "Huber",
      huber_loss: "Huber",
    }),
  )("%s is %s", (alias, name) => expect(losses.serialize(losses.get(alias)).class_name).toBe(name));

  it("names the nearest of the known", () => {
    expect(() => losses.get("mean_square_error")).toThrow(
      /unknown loss "mean_square_error"; known: mean_squared_error,/,
    );
    expect(() => losses.get(3 as never)).toThrow(ChainruleError);
    expect(() => losses.get(null as never)).toThrow(ChainruleError);
  });
});

describe("targets that the loss cannot mean", () => {
  const refused = (name: string, yTrue: TensorLike, yPred: TensorLike) =>
    expect(() => losses.get(name).of(yTrue, yPred));
  const rows = [
    [0.1, 0.9],
    [0.4, 0.6],
  ];

  it("class numbers", () => {
    const name = "sparse_categorical_crossentropy";
    refused(name, [0, 2], rows).toThrow(
      "sparse_categorical_crossentropy: yTrue must be a class, a whole number from 0 to 1; received 2 in cell [1]. " +
        "Classes count from 0; the model needs an output for each.",
    );
    refused(name, [0, -1], rows).toThrow(/received -1 in cell \[1\]/);
    refused(name, [0, 0.5], rows).toThrow(/received 0.5 in cell \[1\]/);
    refused(name, [Number.POSITIVE_INFINITY, 0], rows).toThrow(/received Infinity in cell \[0\]/);
    refused(name, rows, rows).toThrow(
      /class numbers of shape \[2\].*received \[2, 2\]\. For one-hot targets/,
    );
    refused(name, [0, 1, 1], rows).toThrow(/class numbers of shape \[2\], .*received \[3\]/);
    refused("categorical_crossentropy", [0, 1], rows).toThrow(
      /received \[2\]\. For class numbers use sparse_/,
    );
    refused("categorical_crossentropy", [[0], [1]], rows).toThrow(
      /received \[2, 1\]\. For class numbers use sparse_/,
    );
  });

  it("chances and shares", () => {
    refused("bce", [[1], [2]], [[0.1], [0.2]]).toThrow(
      /binary_crossentropy: yTrue must be from 0 to 1; received 2 in cell \[1, 0\]/,
    );
    refused("bce", [[1], [-1]], [[0.1], [0.2]]).toThrow(/received -1/);
    refused("categorical_crossentropy", [[1, -1]], [[0.5, 0.5]]).toThrow(
      /not below 0; received -1 in cell \[0, 1\]/,
    );
    refused("mse", [[Number.NaN]], [[1]]).toThrow(
      "mean_squared_error: yTrue must be finite; received NaN in cell [0, 0]",
    );
  });

  it("are checked for a shape, too, as before a compiled step", () => {
    const loss = losses.get("sparse_categorical_crossentropy");
    expect(() => loss.targets(tensor([0, 7]), [Number.NaN, 5])).toThrow(/from 0 to 4; received 7/);
    expect(loss.targets(tensor([[0], [4]]), [Number.NaN, 5]).toArray()).toEqual([0, 4]);
  });

  it("no tensors at all", () => {
    refused("mse", "x" as never, [[1]]).toThrow(/^mean_squared_error: yTrue: .*received "x"/);
    refused("mse", [[1], [1, 2]], [[1]]).toThrow(/^mean_squared_error: yTrue: /);
  });
});

describe("ranks that differ by an axis of size 1, as in Keras", () => {
  const mse = losses.get("mse");
  it.each([
    [
      [1, 2],
      [[3], [4]],
    ],
    [
      [[1], [2]],
      [3, 4],
    ],
    [
      [[1], [2]],
      [[3], [4]],
    ],
  ] as const)("%j and %j", (yTrue, yPred) => expect(mse.each(yTrue, yPred).toArray()).toEqual([4, 4]));

  it("keeps the logits of a prediction [batch, time, 1]", () => {
    const z = variable([[[1e4], [1e4]]]);
    expect(
      losses
        .get("bce")
        .of([[0, 0]], z.sigmoid())
        .item(),
    ).toBe(1e4);
  });

  it("does not stretch anything else", () => {
    expect(() => mse.of([[1]], [[1, 2]])).toThrow(
      "mean_squared_error: yTrue must have the shape of yPred, [1, 2]; received [1, 1]",
    );
    expect(() => mse.of(1, [[1, 2]])).toThrow(/received \[\]/);
  });
});

describe("edges", () => {
  it("of a vector of zeros has no angle: the cosine is 0, and so is the gradient in its length", () => {
    const p = variable([[0, 0]]);
    const loss = losses.get("cosine_similarity").of([[1, 0]], p);
    expect(loss.item()).toBeCloseTo(0, 12);
    expect(gradients(loss, [p])[0]!.data.every(Number.isFinite)).toBe(true);
    expect(
      losses
        .get("cosine_similarity")
        .of([[0, 0]], [[1, 0]])
        .item(),
    ).toBeCloseTo(0, 12);
  });

  it("takes 0 for −1 in a hinge only if all targets are 0 or 1", () => {
    const hinge = losses.get("hinge");
    expect(hinge.of([[0, 1]], [[-3, 0.5]]).item()).toBe(0.25);
    expect(hinge.of([[0, -1]], [[-3, 0.5]]).item()).toBe(1.25);
  });
});
