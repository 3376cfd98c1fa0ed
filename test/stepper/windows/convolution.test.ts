import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../../src/index.ts";
import type { AnyOp } from "../../../src/ops/op.ts";
import {
  type Convolution,
  contributors,
  convolutionOf,
  type Factors,
  lanesOf,
  shapeOf,
} from "../../../src/stepper/windows/convolution.ts";
import {
  imagePlane,
  kernelPlane,
  type Plane,
  resultPlane,
  stampedPlane,
  upstreamPlane,
} from "../../../src/stepper/windows/planes.ts";
import { pathLedger } from "../../../src/stepper/windows/slopes.ts";
import { type Role, taps } from "../../../src/stepper/windows/taps.ts";
import { spread } from "../../support/cells.ts";
import { casesOf } from "../../support/op-cases.ts";
import { apply } from "../../support/op-checker.ts";
import { all, anyOp, asSet, cellsOf, expectSum, valueAt } from "./support.ts";

interface Traced {
  readonly conv: Convolution;
  /** The op's result, on inputs that gradients flow to. */
  readonly result: c.Tensor;
  readonly inputs: readonly c.Tensor[];
  readonly upstream: c.Tensor;
}

const variables = (inputs: readonly c.Tensor[]) => inputs.map((x) => c.variable(x, { dtype: "float64" }));

/** Random calls of a convolution: strides, padding, dilation and groups as they come. */
const traced = (op: AnyOp): fc.Arbitrary<Traced> =>
  fc.tuple(casesOf(op), fc.nat(1e6)).map(([drawn, seed]) => {
    const inputs = variables(drawn.inputs);
    const result = apply(op, inputs, drawn.attrs);
    const { node } = result;
    const shapes = node!.inputs.map((x) => x.shape);
    const conv = convolutionOf(node!.op.opName, node!.attrs, shapes, result.shape)!;
    return { conv, result, inputs, upstream: spread(result.shape, seed, { domain: [-1, 1] }) };
  });

const convolutions = [c.conv2d, c.conv2dInput, c.conv2dFilter].map(anyOp);

/** A convolution with its three tensors, dY in the role of y, and what the engine makes of them. */
const convolved = traced(convolutions[0]!).map((one) => {
  const [x, filter] = one.inputs as [c.Tensor, c.Tensor];
  const [dx, dw] = c.gradients(one.result, [x, filter], { upstream: one.upstream });
  return { ...one, g: one.conv.geometry, x, filter, dy: one.upstream, y: one.result, dx: dx!, dw: dw! };
});

const check = <T>(cases: fc.Arbitrary<T>, property: (one: T) => void, numRuns = 60) =>
  fc.assert(fc.property(cases, property), { numRuns });

describe("contributors of a convolution", () => {
  it("add up to every cell of Y, of dX and of dW", () => {
    check(convolved, ({ g, x, filter, dy, y, dx, dw }) => {
      const expectAll = (of: Role, whole: c.Tensor, factors: Factors) => {
        for (const cell of cellsOf(whole.shape)) {
          expectSum(contributors(g, of, cell, factors, all), valueAt(whole, cell), `${of} [${cell}]`);
        }
      };
      expectAll("y", y, { x, filter });
      expectAll("x", dx, { y: dy, filter });
      expectAll("filter", dw, { x, y: dy });
    });
  });

  it("say where their factors lie", () => {
    check(convolved, ({ g, x, filter, dy }) => {
      for (const cell of cellsOf(shapeOf(g, "x"))) {
        for (const { at, factors } of contributors(g, "x", cell, { filter, y: dy }, all).terms) {
          expect(at.x).toEqual(cell);
          expect(factors).toEqual([valueAt(dy, at.y!), valueAt(filter, at.filter!)]);
        }
      }
      for (const cell of cellsOf(shapeOf(g, "y"))) {
        for (const { at, factors } of contributors(g, "y", cell, { x, filter }, all).terms) {
          expect(factors).toEqual([valueAt(x, at.x!), valueAt(filter, at.filter!)]);
        }
      }
    });
  });

  it.each(convolutions)("are the paths that the op's own rule has (%#)", (op) => {
    check(
      traced(op),
      ({ conv, result, inputs, upstream }) => {
        conv.inputs.forEach((role, slot) => {
          const other = 1 - slot;
          const factors = { [conv.result]: upstream, [conv.inputs[other]!]: inputs[other] };
          for (const cell of cellsOf(inputs[slot]!.shape)) {
            const byPlace = contributors(conv.geometry, role, cell, factors, all);
            const byRule = pathLedger(result, slot, cell, upstream, all);
            const named = byPlace.terms.map((term) => ({ ...term, at: { y: term.at[conv.result]! } }));
            expect(asSet({ ...byPlace, terms: named }, ["y"])).toEqual(asSet(byRule, ["y"]));
          }
        });
      },
      15,
    );
  });

  it("give dX the same sums when each cell of dY stamps the kernel", () => {
    check(convolved, ({ g, filter, dy, dx }) => {
      const scattered = new Map(cellsOf(dx.shape).map((cell) => [String(cell), 0]));
      for (const cell of cellsOf(dy.shape)) {
        for (const { at, product } of contributors(g, "y", cell, { y: dy, filter }, all).terms) {
          scattered.set(String(at.x), scattered.get(String(at.x))! + product);
        }
      }
      for (const cell of cellsOf(dx.shape)) {
        const gathered = contributors(g, "x", cell, { y: dy, filter });
        expect(scattered.get(String(cell))).toBeCloseTo(gathered.sum, 10);
        expect(gathered.sum).toBeCloseTo(valueAt(dx, cell), 10);
      }
    });
  });

  it("of the lanes are those of the whole, lane by lane", () => {
    check(convolved, ({ g, x, filter, dy }) => {
      const cases: [Role, Factors][] = [
        ["y", { x, filter }],
        ["x", { y: dy, filter }],
        ["filter", { x, y: dy }],
      ];
      for (const [of, factors] of cases) {
        const cell = shapeOf(g, of).map((size) => size - 1);
        const parts = lanesOf(g, of, cell).map((lane) =>
          contributors(g, of, cell, factors, { ...all, lane }),
        );
        const whole = contributors(g, of, cell, factors, all);
        expect(parts.flatMap(({ terms }) => terms)).toEqual(whole.terms);
        expect(parts.reduce((total, { count }) => total + count, 0)).toBe(whole.count);
      }
    });
  });

  it("are cut at the limit, but counted and added up in full; by size the largest come first", () => {
    const x = c.tensor([1, 2, 3, 4], { shape: [1, 2, 2, 1], dtype: "float64" });
    const filter = c.tensor([1, -5, 2, 1], { shape: [2, 2, 1, 1], dtype: "float64" });
    const g = convolutionOf("conv2d", {}, [x.shape, filter.shape], [1, 1, 1, 1])!.geometry;
    const cut = contributors(g, "y", [0, 0, 0, 0], { x, filter }, { limit: 1 });
    expect(cut).toEqual({
      terms: [
        { at: { x: [0, 0, 0, 0], filter: [0, 0, 0, 0], y: [0, 0, 0, 0] }, factors: [1, 1], product: 1 },
      ],
      count: 4,
      sum: 1 - 10 + 6 + 4,
    });
    const large = contributors(g, "y", [0, 0, 0, 0], { x, filter }, { limit: 2, order: "size" });
    expect(large.terms.map(({ product }) => product)).toEqual([-10, 6]);
    expect(large.sum).toBe(1);
  });

  it("refuse cells, tensors and attributes that do not fit", () => {
    const x = c.ones([1, 4, 4, 2]);
    const filter = c.ones([3, 3, 1, 4]);
    const of = (attrs: object, y = [1, 2, 2, 4]) =>
      convolutionOf("conv2d", attrs, [x.shape, filter.shape], y);
    const { geometry: g } = of({ groups: 2 })!;
    expect(() => contributors(g, "y", [0, 2, 0, 0], { x, filter })).toThrow(
      "contributors: expected a cell of [1, 2, 2, 4]; received [0, 2, 0, 0]",
    );
    expect(() => contributors(g, "y", [0, 0, 0, 0], { x })).toThrow("expected two of the tensors");
    expect(() => contributors(g, "y", [0, 0, 0, 0], { x, filter: x })).toThrow(
      "filter must have the shape [3, 3, 1, 4]",
    );
    expect(() => imagePlane(g, x, { sample: 0, input: 0, output: 3 })).toThrow("different groups");
    expect(() => imagePlane(g, x, { sample: 1, input: 0, output: 0 })).toThrow("lane");
    expect(() => of({})).toThrow(c.ChainruleError);
    expect(() => of({ groups: 2, strides: "3" })).toThrow("strides must be");
    expect(() => of({ groups: 2 }, [1, 4, 4, 4])).toThrow("give [1, 2, 2, 4]; received [1, 4, 4, 4]");
    expect(convolutionOf("toString", {}, [], [])).toBeUndefined();
  });
});

/** What stands at a place of the plane. */
const at = ({ first, rows }: Plane, [r, s]: readonly [number, number]) => rows[r - first[0]]![s - first[1]]!;

const squaresOf = (plane: Plane) => plane.rows.flat();

describe("planes of a convolution", () => {
  it("hold each place that a tap can name, and say what lies there", () => {
    check(convolved, ({ g, x, dy, filter }) => {
      const lane = { sample: 0, input: 0, output: 0 };
      const image = imagePlane(g, x, lane);
      const upstream = upstreamPlane(g, dy, lane);
      const kernel = kernelPlane(g, filter, lane);
      for (const [, row, column] of cellsOf([1, g.height.output, g.width.output])) {
        for (const tap of taps(g, "y", [row!, column!])) {
          expect(at(image, tap.x).kind).toBe(tap.kind);
          expect(at(kernel, tap.filter).kind).toBe("cell");
        }
      }
      for (const [, row, column] of cellsOf([1, g.height.input, g.width.input])) {
        for (const tap of taps(g, "x", [row!, column!])) {
          const place = [tap.y[0] * g.height.stride, tap.y[1] * g.width.stride] as const;
          expect(at(upstream, place).kind).toBe(tap.kind);
        }
      }
    });
  });

  it("show all cells of the lane, once", () => {
    check(convolved, ({ g, x, dy, filter }) => {
      const lane = { sample: g.batch - 1, input: g.inputs - 1, output: g.outputs - 1 };
      const cells = (plane: Plane) => squaresOf(plane).filter(({ kind }) => kind === "cell");
      for (const [plane, tensor, size] of [
        [imagePlane(g, x, lane), x, g.height.input * g.width.input],
        [upstreamPlane(g, dy, lane), dy, g.height.output * g.width.output],
        [resultPlane(g, dy, lane), dy, g.height.output * g.width.output],
        [kernelPlane(g, filter, lane), filter, g.height.kernel * g.width.kernel],
        [kernelPlane(g, filter, lane, { dilated: true }), filter, g.height.kernel * g.width.kernel],
      ] as const) {
        expect(new Set(cells(plane).map((square) => String(square.at))).size).toBe(size);
        for (const square of cells(plane)) expect(square.value).toBe(valueAt(tensor, square.at!));
        for (const square of squaresOf(plane)) {
          if (square.kind !== "cell") expect([square.value, square.at]).toEqual([0, undefined]);
        }
      }
    });
  });

  it("make dX: the flipped kernel slides over the stride-dilated, padded dY (gather)", () => {
    check(convolved, ({ g, filter, dy, dx }) => {
      const cell = dx.shape.map((size) => size - 1);
      const lanes = lanesOf(g, "x", cell);
      const sum = Array.from({ length: g.height.input }, () => Array<number>(g.width.input).fill(0));
      for (const lane of lanes) {
        const plane = upstreamPlane(g, dy, lane).rows;
        const kernel = kernelPlane(g, filter, lane, { flipped: true, dilated: true }).rows;
        expect(plane.length).toBe(g.height.input + kernel.length - 1);
        sum.forEach((row, r) => {
          row.forEach((_, s) => {
            kernel.forEach((taps, i) => {
              taps.forEach((tap, j) => {
                row[s]! += tap.value * plane[r + i]![s + j]!.value;
              });
            });
          });
        });
      }
      sum.forEach((row, r) => {
        row.forEach((value, s) => {
          expect(value).toBeCloseTo(valueAt(dx, [cell[0]!, r, s, cell[3]!]), 10);
        });
      });
    });
  });

  it("make dX: the stamps of all lanes add up to it (scatter), and come one by one", () => {
    check(convolved, ({ g, filter, dy, dx }) => {
      const cell = dx.shape.map((size) => size - 1);
      const lanes = lanesOf(g, "x", cell);
      const planes = lanes.map((lane) => stampedPlane(g, { y: dy, filter }, lane));
      for (const square of imagePlane(g, dx, lanes[0]!).rows.flat()) {
        if (square.at === undefined) continue;
        const place = [square.at[1]!, square.at[2]!] as const;
        const total = planes.reduce((sum, plane) => sum + at(plane, place).value, 0);
        expect(total).toBeCloseTo(square.value, 10);
      }
      const none = stampedPlane(g, { y: dy, filter }, lanes[0]!, 0);
      expect(squaresOf(none).every(({ value }) => value === 0)).toBe(true);
      const one = stampedPlane(g, { y: dy, filter }, lanes[0]!, 1);
      const touched = squaresOf(one).filter(({ value }) => value !== 0).length;
      expect(touched).toBe(g.height.kernel * g.width.kernel);
    });
  });

  it("are those of a small example worked by hand", () => {
    const row = (plane: Plane) =>
      plane.rows[0]!.map(({ value, kind }) => (kind === "cell" ? value : kind === "padding" ? "p" : "0"));
    const x = c.tensor([1, 2, 3, 4], { shape: [1, 1, 4, 1] });
    const filter = c.tensor([5, 6, 7], { shape: [1, 3, 1, 1] });
    const dy = c.tensor([8, 9], { shape: [1, 1, 2, 1] });
    const attrs = { strides: [1, 2] as const, padding: "same" as const };
    const { geometry: g } = convolutionOf("conv2d", attrs, [x.shape, filter.shape], dy.shape)!;
    const lane = { sample: 0, input: 0, output: 0 };
    // One cell of padding, at the end.
    expect(row(imagePlane(g, x, lane))).toEqual([1, 2, 3, 4, "p"]);
    expect(row(kernelPlane(g, filter, lane, { flipped: true }))).toEqual([7, 6, 5]);
    expect(row(upstreamPlane(g, dy, lane))).toEqual(["p", "p", 8, "0", 9, "p"]);
    expect(stampedPlane(g, { y: dy, filter }, lane).rows[0]!.map(({ value }) => value)).toEqual([
      40,
      48,
      56 + 45,
      54,
      63,
    ]);
    expect(taps(g, "x", [0, 1]).map(({ kind }) => kind)).toEqual(["padding", "cell", "inserted"]);
  });
});

describe("a depthwise convolution", () => {
  it("is a convolution with a group per channel: each cell of Y sees its own channel only", () => {
    const x = c.variable(spread([1, 3, 3, 2], 1), { dtype: "float64" });
    const filter = c.variable(spread([2, 2, 2, 2], 2), { dtype: "float64" });
    const y = c.depthwiseConv2d(x, filter);
    const { op, attrs, inputs } = y.node!;
    const conv = convolutionOf(
      op.opName,
      attrs,
      inputs.map(({ shape }) => shape),
      y.shape,
    )!;
    for (const cell of cellsOf(y.shape)) {
      const ledger = contributors(conv.geometry, "y", cell, { x: inputs[0]!, filter: inputs[1]! }, all);
      expectSum(ledger, valueAt(y, cell));
      expect(ledger.count).toBe(4);
      for (const term of ledger.terms) expect(term.at.x![3]).toBe(Math.floor(cell[3]! / 2));
    }
  });
});
