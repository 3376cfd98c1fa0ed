import { describe, expect, it } from "vitest";
import { gradients, K, tensor, variable } from "../../src/index.ts";
import * as exported from "../../src/training/losses/index.ts";
import { expectClose } from "../support/close.ts";

describe("logits of any size", () => {
  const large = [-1e4, -800, -40, -1, 0, 1, 40, 800, 1e4];
  const dtypes = ["float32", "float64"] as const;

  it.each(dtypes)("sigmoid: neither NaN nor infinite, and the gradient is p − t (%s)", (dtype) => {
    for (const target of [0, 1, 0.3]) {
      const logits = variable(
        large.map((z) => [z]),
        { dtype },
      );
      const p = logits.sigmoid();
      const loss = new exported.BinaryCrossentropy({ reduction: "sum" }).of(
        large.map(() => [target]),
        p,
      );
      const slope = gradients(loss, [logits])[0]!;
      expect(Number.isFinite(loss.item())).toBe(true);
      const expected = p.sub(target);
      expectClose(slope, expected, { rtol: 0, atol: 1e-7 });
    }
    // Not lost where p is rounded to 1, as it is without the node that made p.
    const plain = tensor([[1e4]], { dtype }).sigmoid();
    expect(new exported.BinaryCrossentropy().of([[0]], plain).item()).toBeLessThan(17);
    const z = variable([[1e4]], { dtype });
    expect(new exported.BinaryCrossentropy().of([[0]], z.sigmoid()).item()).toBe(1e4);
    expect(gradients(new exported.BinaryCrossentropy().of([[0]], z.sigmoid()), [z])[0]!.item()).toBe(1);
  });

  it.each(dtypes)("softmax: neither NaN nor infinite, and the gradient is p − t (%s)", (dtype) => {
    const rows = [
      [1e4, -1e4, 0],
      [-1e4, 1e4, 3],
      [0, 1, 2],
      [-1e4, -1e4, -1e4],
    ];
    const labels = [1, 1, 0, 2];
    const hot = K.oneHot(tensor(labels, { dtype: "int32" }), 3);
    const sparse = new exported.SparseCategoricalCrossentropy({ reduction: "sum" });
    const dense = new exported.CategoricalCrossentropy({ reduction: "sum" });
    const logits = variable(rows, { dtype });
    for (const loss of [sparse.of(labels, logits.softmax()), dense.of(hot, logits.softmax())]) {
      expect(loss.item()).toBeGreaterThan(1.9e4);
      expect(Number.isFinite(loss.item())).toBe(true);
      const expected = logits.softmax().sub(hot);
      expectClose(gradients(loss, [logits])[0]!, expected, { rtol: 0, atol: 1e-6 });
    }
  });

  it.each(dtypes)("focal losses stay finite, with their gradients (%s)", (dtype) => {
    for (const gamma of [0, 0.5, 1, 2]) {
      const [column, rows] = [
        variable(
          large.map((z) => [z]),
          { dtype },
        ),
        variable([large, large], { dtype }),
      ];
      const binary = new exported.BinaryFocalCrossentropy({ gamma }).of(
        large.map((_, i) => [i % 2]),
        column.sigmoid(),
      );
      const hot = K.oneHot(tensor([0, 8], { dtype: "int32" }), 9);
      const dense = new exported.CategoricalFocalCrossentropy({ gamma }).of(hot, rows.softmax());
      for (const [loss, x] of [
        [binary, column],
        [dense, rows],
      ] as const) {
        expect([loss, gradients(loss, [x])[0]!].every((y) => y.data.every(Number.isFinite))).toBe(true);
      }
    }
  });

  it("does not take a softmax along another axis for that of the loss", () => {
    const logits = variable([
      [1, 2],
      [3, 5],
    ]);
    const loss = new exported.CategoricalCrossentropy();
    const columns = K.softmax(logits, { axis: 0 });
    const plain = tensor(columns, { dtype: "float32" });
    expect(
      loss
        .of(
          [
            [1, 0],
            [0, 1],
          ],
          columns,
        )
        .item(),
    ).toBe(
      loss
        .of(
          [
            [1, 0],
            [0, 1],
          ],
          plain,
        )
        .item(),
    );
    const along = new exported.CategoricalCrossentropy({ axis: 0 });
    expect(
      along
        .of(
          [
            [1, 0],
            [0, 1],
          ],
          K.softmax(logits, { axis: -2 }),
        )
        .item(),
    ).toBeCloseTo(
      along
        .of(
          [
            [1, 0],
            [0, 1],
          ],
          plain,
        )
        .item(),
      6,
    );
  });
});
