import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import * as layers from "../../src/layers/index.ts";
import { metrics } from "../../src/training/metrics/index.ts";
import { optimizers } from "../../src/training/optimizers/index.ts";
import { CosineDecayRestarts } from "../../src/training/schedules/index.ts";
import { spread } from "../support/cells.ts";
import { load, type Stored } from "../support/fixtures.ts";
import { type LayerCase, casesOf as layerCasesOf } from "../support/layer-cases.ts";
import { expectSameTraining, type Floats, inFloats } from "../support/train-both.ts";
import { watchWarnings } from "../support/warnings.ts";
import { casesOf, type FixtureCase, title } from "../training/losses-metrics-cases.ts";
import { combinations, each as optimizerClasses } from "../training/optimizers-cases.ts";

watchWarnings();

const dtypes: readonly Floats[] = ["float64", "float32"];
const inBoth = async (run: () => Promise<void>) => {
  for (const dtype of dtypes) await inFloats(dtype, run);
};

/** Multiplies each cell of a sample by a weight of its own, so that what follows must hand gradients back. */
class Scale extends c.Layer {
  weight!: c.Variable;
  override build(shape: c.Shape) {
    this.weight = this.addWeight("weight", shape.slice(1), { initializer: "ones" });
  }
  override call(x: c.Tensor): c.Tensor {
    return x.mul(this.weight);
  }
}

type LayerClass = ((...args: readonly unknown[]) => c.Layer) & { prototype: c.Layer };
const isLayerClass = (value: unknown): value is LayerClass =>
  typeof value === "function" && value.prototype instanceof c.Layer;

const layerCases = Object.entries<unknown>(layers).flatMap(([name, Class]) =>
  isLayerClass(Class) ? layerCasesOf(name).map((one, i) => [`${name} ${i}`, Class, one] as const) : [],
);

const isFloat = ({ dtype }: c.Tensor) => dtype === "float64";

/** The layer between weights and a loss. */
function modelOf(Class: LayerClass, { args = [], options = {}, inputs, list }: LayerCase): c.Model {
  const entries = inputs.map((x) => c.Input(x.shape.slice(1), { dtype: isFloat(x) ? c.floatx() : x.dtype }));
  const scaled = entries.map((x, i) => (isFloat(inputs[i]!) ? new Scale()(x) : x));
  const layer = Class(...args, options);
  return c.Model(entries, layer(list ? scaled : scaled[0]!));
}

describe("every layer is trained by compiled steps as op by op", () => {
  it("is found by walking the exports", () => {
    expect(layerCases.length).toBeGreaterThan(90);
  });

  it.each(layerCases)("%s", async (_, Class, one) => {
    await inBoth(() => {
      const given = one.inputs.length === 1 ? one.inputs[0]! : one.inputs;
      const { shape } = modelOf(Class, one).apply(given) as c.Tensor;
      return expectSameTraining({
        model: () => modelOf(Class, one),
        options: () => ({ optimizer: new c.SGD(0.01, { momentum: 0.9 }), loss: "mse", metrics: ["mae"] }),
        x: one.inputs.map((x) => (isFloat(x) ? x.cast(c.floatx()) : x)),
        y: spread(shape, 9, { domain: [-1, 1] }).cast(c.floatx()),
      });
    });
  });
});

const [features, labels] = [spread([10, 3], 1), spread([10, 2], 2, { domain: [-1, 1] })];
const vectors = () => c.Sequential([c.Input([3]), c.Dense(4, { activation: "tanh" }), c.Dense(2)]);

describe("every optimizer", () => {
  it("is found by walking the exports", () => {
    expect(optimizerClasses.length).toBe(optimizers.names().length);
  });

  const more: typeof combinations = [
    ...combinations,
    { learningRate: new c.ExponentialDecay(0.05, 2, 0.5), weightDecay: 0.01 },
    { learningRate: new CosineDecayRestarts(0.05, 2), clipnorm: 0.1, gradientAccumulationSteps: 3 },
  ];
  it.each(optimizerClasses)("%s", async (name, Class) => {
    for (const [i, options] of more.entries()) {
      await inFloats(dtypes[(i + name.length) % 2]!, () =>
        expectSameTraining({
          model: vectors,
          options: () => ({ optimizer: new Class({ learningRate: 0.05, ...options }), loss: "mse" }),
          x: features,
          y: labels,
          fit: { batchSize: 4 },
        }),
      );
    }
  });
});

interface LossCase extends FixtureCase {
  readonly y_true: Stored;
  readonly y_pred: Stored;
  readonly weighted_mean: { readonly sample_weight?: Stored };
}

interface MetricCase extends FixtureCase {
  readonly updates: readonly {
    readonly y_true: Stored;
    readonly y_pred: Stored;
    readonly sample_weight: Stored | null;
  }[];
}

/** A model that gives what it is given, times weights that are 1 at first. */
const scaling = (shape: c.Shape) => c.Sequential([c.Input(shape.slice(1)), new Scale()]);

describe("every loss", () => {
  it.each(casesOf<LossCase>("loss").map((one, i) => [title(one), one, i] as const))(
    "%s",
    async (_, one, i) => {
      const [prediction, weights] = [load(one.y_pred), one.weighted_mean.sample_weight];
      const perSample = weights !== undefined && weights.shape[0] === prediction.shape[0];
      await inFloats(dtypes[i % 2]!, () =>
        expectSameTraining({
          model: () => scaling(prediction.shape),
          options: () => ({
            optimizer: new c.SGD(1e-3),
            loss: c.losses.get({ class_name: one.class_name, config: one.kwargs }),
          }),
          x: prediction,
          y: load(one.y_true),
          fit: perSample ? { sampleWeight: load(weights) } : {},
        }),
      );
    },
  );
});

/** A loss that takes any targets and ignores them. */
class Small extends c.Loss {
  override targets(yTrue: c.Tensor): c.Tensor {
    return yTrue;
  }
  override perSample(_: c.Tensor, yPred: c.Tensor): c.Tensor {
    return yPred.square().reshape([yPred.shape[0]!, -1]).mean(1);
  }
}

describe("every metric", () => {
  it.each(casesOf<MetricCase>("metric").map((one, i) => [title(one), one, i] as const))(
    "%s",
    async (_, one, i) => {
      const make = () =>
        metrics.get({ class_name: one.class_name, config: { ...one.kwargs, name: "found" } });
      const { y_true, y_pred, sample_weight } = one.updates[0]!;
      const prediction = load(y_pred);
      await inFloats(dtypes[i % 2]!, () =>
        expectSameTraining({
          model: () => scaling(prediction.shape),
          options: () => ({
            optimizer: new c.SGD(0),
            loss: new Small(),
            metrics: [make()],
            weightedMetrics: [make()],
          }),
          x: prediction,
          y: load(y_true),
          fit: { epochs: 2, ...(sample_weight && { sampleWeight: load(sample_weight) }) },
        }),
      );
    },
  );
});
