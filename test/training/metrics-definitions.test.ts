import { describe, expect, it } from "vitest";
import { gather, randomUniform, type Tensor, tensor } from "../../src/index.ts";
import { metrics } from "../../src/training/metrics/index.ts";
import { indices } from "../support/cells.ts";

describe("against their definitions", () => {
  it("AUC of many samples is the share of pairs in the right order", () => {
    const [truth, score] = [indices([400], 3, 2), tensor(randomUniform([400]), { dtype: "float64" })];
    const scores = score.mul(0.8).add(truth.mul(0.2));
    const auc = new metrics.AUC({ numThresholds: 2000, dtype: "float64" });
    auc.updateState(truth, scores);
    const of = (label: number) => Array.from(scores.data).filter((_, i) => truth.data[i] === label);
    const pairs = of(1).flatMap((a) => of(0).map((b): number => (a > b ? 1 : 0)));
    const expected = pairs.reduce((a, b) => a + b) / pairs.length;
    expect(Math.abs(auc.result().item() - expected)).toBeLessThan(2e-3);
  });

  it("AUC takes thresholds, label weights and logits", () => {
    const truth = [
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ];
    const p = tensor(
      [
        [0.9, 0.4],
        [0.2, 0.3],
        [0.6, 0.7],
        [0.7, 0.1],
      ],
      { dtype: "float64" },
    );
    const of = (options: object, x: Tensor = p) => {
      const auc = new metrics.AUC({ ...options, dtype: "float64" });
      auc.updateState(truth, x);
      return auc.result().item();
    };
    const thresholds = Array.from({ length: 198 }, (_, i) => (i + 1) / 199);
    expect(of({ thresholds })).toBe(of({}));
    expect(of({ fromLogits: true }, p.div(p.neg().add(1)).log())).toBeCloseTo(of({}), 12);
    const one = (label: number) => {
      const auc = new metrics.AUC({ dtype: "float64" });
      auc.updateState(
        truth.map((row) => row[label]!),
        gather(p, tensor(label, { dtype: "int32" }), -1),
      );
      return auc.result().item();
    };
    const labelWeights = [3, 1];
    expect(of({ multiLabel: true, labelWeights })).toBeCloseTo((3 * one(0) + one(1)) / 4, 12);
    expect(of({ labelWeights: [1, 0] })).toBeCloseTo(one(0), 12);
  });

  it("R² is adjusted for the regressors, and 0 where there is nothing to explain", () => {
    const [truth, prediction] = [
      [[1], [4], [3], [5]],
      [[2], [4], [4], [5]],
    ];
    const of = (options: object, yTrue = truth) => {
      const r2 = new metrics.R2Score(options);
      r2.updateState(yTrue, prediction);
      return r2.result().item();
    };
    const plain = of({});
    expect(of({ numRegressors: 1 })).toBeCloseTo(1 - ((1 - plain) * 3) / 2, 6);
    expect(of({ numRegressors: 3 })).toBe(plain);
    expect(of({}, [[2], [2], [2], [2]])).toBe(0);
  });

  it("F1 takes no class of a row of zeros", () => {
    const f1 = new metrics.F1Score({ average: "micro" });
    const truth = [
      [1, 0],
      [0, 1],
    ];
    f1.updateState(truth, [
      [0, 0],
      [0, 1],
    ]);
    expect(f1.result().item()).toBeCloseTo(2 / 3, 6);
  });

  it("MeanIoU ignores one of its classes, too", () => {
    const iou = new metrics.MeanIoU(3, { ignoreClass: 2 });
    iou.updateState([0, 1, 2, 1], [0, 1, 0, 0]);
    expect(iou.result().item()).toBe(0.5);
  });

  it("MeanIoU ignores a class, and takes scores", () => {
    const iou = new metrics.MeanIoU(3, { ignoreClass: 255, sparseYPred: false });
    iou.updateState(
      [0, 1, 255, 1],
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
    );
    expect(iou.result().item()).toBe(0.5);
  });
});
