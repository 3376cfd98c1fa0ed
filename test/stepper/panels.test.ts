import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import type { AnyOp } from "../../src/ops/op.ts";
import { loadTrace, record, type Trace } from "../../src/stepper/index.ts";
import { panelOf, sceneOf } from "../../src/stepper/panels/panel.ts";
import {
  type Account,
  isAbsent,
  type Panel,
  type Picture,
  type Scene,
  type Square,
  type State,
} from "../../src/stepper/panels/scene.ts";
import { spokenOf } from "../../src/stepper/panels/spoken.ts";
import { placeAfter, writtenIn } from "../../src/stepper/panels/square.ts";
import { normalizationPaths } from "../../src/stepper/windows/normalization.ts";
import { poolingOf } from "../../src/stepper/windows/pooling.ts";
import { indices, spread } from "../support/cells.ts";
import { casesOf } from "../support/op-cases.ts";
import { apply } from "../support/op-checker.ts";
import { anyOp, cellsOf, valueAt } from "./windows/support.ts";

/** A panel that is there. */
function panelAt(trace: Trace, index: number): Panel {
  const panel = panelOf(trace, index);
  if (panel === undefined || isAbsent(panel)) throw new Error(panel?.absent ?? `no panel at step ${index}`);
  return panel;
}

/** A scene that is there. */
function drawn(panel: Panel, state: State): Scene {
  const scene = sceneOf(panel, state);
  if (isAbsent(scene)) throw new Error(scene.absent);
  return scene;
}

function accountOf(panel: Panel, state: State): Account {
  const { account } = drawn(panel, state);
  if (account === undefined) throw new Error("nothing is picked");
  return account;
}

const squaresOf = ({ rows }: Picture): readonly Square[] => rows.flat();
const isCell = ({ kind }: Square): boolean => kind === "cell";
const pictureIn = ({ pictures }: Scene, id: string): Picture => pictures.find((one) => one.id === id)!;

/** The last step that sends something through an op. */
const lastThrough = (trace: Trace, op: string): number => trace.find({ phase: "contribution", op }).at(-1)!;

const forwardOf = (trace: Trace, op: string): number => trace.find({ phase: "forward", op })[0]!;

/** That two sums of the same terms are one number, to the rounding of their dtype. */
const expectClose = (a: number | undefined, b: number | undefined, what: string, rounding = 1e-9): void => {
  expect(a, what).toBeTypeOf("number");
  expect(b, what).toBeTypeOf("number");
  expect(Math.abs(a! - b!), `${what}: ${a} against ${b}`).toBeLessThanOrEqual(
    rounding * Math.max(1, Math.abs(a!)),
  );
};

/** A trace through an op, with upstream gradients of all kinds. */
function through(op: AnyOp, inputs: readonly c.Tensor[], attrs: object, seed: number): Trace {
  const variables = inputs.map((x) => c.variable(x, { dtype: "float64" }));
  return record(() => {
    const y = apply(op, variables, attrs);
    return y.mul(spread(y.shape, seed, { domain: [-1, 1] })).sum();
  });
}

/** A random call of an op, recorded, with random numbers to choose places by. */
const traced = (op: AnyOp) =>
  fc
    .tuple(casesOf(op), fc.nat(1e6), fc.array(fc.nat(1e6), { minLength: 5, maxLength: 5 }))
    .map(([{ inputs, attrs }, seed, picks]) => ({ trace: through(op, inputs, attrs ?? {}, seed), picks }));

const convolutions = [c.conv2d, c.conv2dInput, c.conv2dFilter].map(anyOp);

/** A state of a tab with a random lane, and a random cell of a picture picked. */
function stateOf(panel: Panel, tab: string, role: string, [a, b, d, e, f]: readonly number[]): State {
  let state = panel.next(panel.start, { tab });
  const { choices } = drawn(panel, state);
  const numbers = [a!, b!, d!];
  choices.forEach(({ key, count }, i) => {
    state = panel.next(state, { lane: { ...state.lane, [key]: numbers[i]! % count } });
  });
  const cells = drawn(panel, state)
    .pictures.filter((one) => one.role === role)
    .flatMap(squaresOf)
    .filter(isCell);
  const { place } = cells[(e! + f!) % cells.length]!;
  return panel.next(state, { pick: { role, place: place! } });
}

describe.each(convolutions)("the panel of a convolution (%#)", (op) => {
  it("shows sums of products that are the numbers of the trace, for each of the three tensors", () => {
    fc.assert(
      fc.property(traced(op), ({ trace, picks }) => {
        const panel = panelAt(trace, lastThrough(trace, op.opName));
        expect(panel.tabs).toHaveLength(3);
        for (const { id } of panel.tabs) {
          const account = accountOf(panel, stateOf(panel, id, id, picks));
          expectClose(account.sum, account.recorded, account.heading);
          const listed = account.lines.reduce((sum, { product }) => sum + product!, 0);
          if (account.more === 0) expectClose(listed, account.sum, account.heading);
          expect(account.heading).toContain(`sum of ${account.lines.length + account.more} product`);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("shows the tensors of the trace in its pictures, each cell of the lane once", () => {
    fc.assert(
      fc.property(traced(op), ({ trace, picks }) => {
        const panel = panelAt(trace, lastThrough(trace, op.opName));
        for (const { id } of panel.tabs) {
          const state = stateOf(panel, id, id, picks);
          for (const picture of drawn(panel, state).pictures) {
            const cells = squaresOf(picture).filter(isCell);
            expect(new Set(cells.map(({ at }) => String(at))).size).toBe(cells.length);
            for (const square of squaresOf(picture)) {
              if (isCell(square)) expect(tensorsOf(trace, op.opName)).toContain(square.value);
              else expect(square.value).toBe(0);
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("lights up the cells of the products that are in the pictures", () => {
    fc.assert(
      fc.property(traced(op), ({ trace, picks }) => {
        const panel = panelAt(trace, lastThrough(trace, op.opName));
        for (const { id } of panel.tabs) {
          for (const role of ["x", "filter", "y"]) {
            const scene = drawn(panel, stateOf(panel, id, role, picks));
            const seen = scene.pictures.map(
              (picture) =>
                [picture.title, squaresOf(picture).filter(({ lit, picked }) => lit || picked)] as const,
            );
            const names = new Set(
              seen.flatMap(([title, all]) => all.map(({ at }) => `${title}[${at?.join(", ")}]`)),
            );
            for (const line of scene.account!.lines.filter(({ here }) => here)) {
              for (const name of line.names.split(" · ")) expect(names).toContain(name);
            }
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("stamps what it gathers", () => {
    fc.assert(
      fc.property(traced(op), ({ trace, picks }) => {
        const panel = panelAt(trace, lastThrough(trace, op.opName));
        if (!panel.tabs.some(({ id }) => id === "x")) return;
        const gather = stateOf(panel, "x", "x", picks);
        const account = accountOf(panel, gather);
        expect(account.remarks.at(-1)).toContain("the same sum");
        // Over all out channels of the group, the stamps leave the numbers of the trace.
        const scene = drawn(panel, gather);
        const output = scene.choices.find(({ key }) => key === "output")!;
        const lanes = Array.from({ length: output.count }, (_, i) =>
          panel.next(gather, { lane: { ...gather.lane, output: i } }),
        );
        const same = lanes.filter(({ lane }) => lane.input === gather.lane.input);
        const left = same.map((state) => {
          const scattered = panel.next(state, { view: "scatter" });
          const all = panel.next(scattered, { stamps: drawn(panel, scattered).stamps!.count });
          const [row, column] = gather.pick!.place;
          const cell = [gather.lane.sample, row, column, gather.lane.input];
          return squaresOf(pictureIn(drawn(panel, all), "x")).find(({ at }) => String(at) === String(cell))!
            .value;
        });
        expectClose(
          left.reduce((sum, one) => sum + one, 0),
          account.recorded,
          account.heading,
        );
      }),
      { numRuns: 15 },
    );
  });
});

/** All numbers that a panel of an op may show. */
function tensorsOf(trace: Trace, op: string): Set<number> {
  const node = trace.nodes.findIndex((one) => one.op === op);
  const steps = trace.steps.filter(({ from }) => from === node);
  const own = [node, ...trace.nodes[node]!.inputs].map((one) => trace.nodes[one]!.tensor);
  const tensors = [...own, ...steps.flatMap(({ value, upstream }) => [value, upstream!])];
  return new Set(tensors.flatMap((tensor) => Array.from(trace.tensors[tensor]!.cells!)));
}

/** A convolution of small whole numbers. */
function convolution(image: readonly number[], kernel: readonly number[], attrs: object): Trace {
  const x = c.variable(indices(image, 1, 7).sub(3), { name: "image", dtype: "float32" });
  const w = c.variable(indices(kernel, 2, 5).sub(2), { name: "kernel", dtype: "float32" });
  return record(() => c.conv2d(x, w, attrs).square().sum());
}

describe("the panel of a convolution", () => {
  it("starts in the tab of the step, and has no gradients before they arrive", () => {
    const trace = convolution([1, 5, 5, 1], [3, 3, 1, 1], { padding: "same" });
    const forward = panelAt(trace, forwardOf(trace, "conv2d"));
    expect(forward.title).toBe("conv2d: kernel 3×3, stride 1, padding same");
    expect(forward.start.tab).toBe("y");
    const early = sceneOf(forward, forward.next(forward.start, { tab: "x" }));
    const [toImages, toKernel] = trace.find({ phase: "contribution", op: "conv2d" });
    expect(early).toEqual({
      absent: "The gradient of Y has not arrived yet: the backward pass comes here later.",
      step: toImages,
    });
    expect(panelAt(trace, toImages!).start.tab).toBe("x");
    expect(panelAt(trace, toKernel!).start.tab).toBe("filter");
  });

  it("draws padding, inserted zeros and gaps of the kernel apart from cells", () => {
    const trace = convolution([1, 5, 5, 1], [3, 3, 1, 1], { padding: "same", strides: 2 });
    const panel = panelAt(trace, lastThrough(trace, "conv2d"));
    const kinds = (tab: string, id: string) => {
      const { rows } = pictureIn(drawn(panel, panel.next(panel.start, { tab })), id);
      return rows.map((row) =>
        row.map(({ kind }) => ({ cell: "#", padding: ".", inserted: "o", missing: "?" })[kind]).join(""),
      );
    };
    expect(kinds("y", "x")).toEqual([
      ".......",
      ".#####.",
      ".#####.",
      ".#####.",
      ".#####.",
      ".#####.",
      ".......",
    ]);
    expect(kinds("x", "y")).toEqual([
      ".......",
      ".#o#o#.",
      ".ooooo.",
      ".#o#o#.",
      ".ooooo.",
      ".#o#o#.",
      ".......",
    ]);
    const dilated = convolution([1, 5, 5, 1], [2, 2, 1, 1], { dilationRate: 3 });
    const { rows } = pictureIn(
      drawn(
        panelAt(dilated, forwardOf(dilated, "conv2d")),
        panelAt(dilated, forwardOf(dilated, "conv2d")).start,
      ),
      "filter",
    );
    expect(rows.map((row) => row.filter(({ kind }) => kind === "inserted").length)).toEqual([2, 4, 4, 2]);
  });

  it("keeps both channels in one group", () => {
    const trace = convolution([2, 4, 4, 4], [3, 3, 2, 6], { groups: 2 });
    const panel = panelAt(trace, forwardOf(trace, "conv2d"));
    const { lane } = panel.start;
    expect(panel.next(panel.start, { lane: { ...lane, output: 5 } }).lane).toEqual({
      sample: 0,
      input: 2,
      output: 5,
    });
    expect(panel.next(panel.start, { lane: { ...lane, input: 3 } }).lane).toEqual({
      sample: 0,
      input: 3,
      output: 3,
    });
    const { choices } = drawn(panel, panel.start);
    expect(choices.map(({ label, count }) => [label, count])).toEqual([
      ["sample", 2],
      ["in channel", 4],
      ["out channel", 6],
    ]);
    const shown = choices[1]!.thumbnail(3).rows[1]![2];
    expect(shown).toBe(valueAt(c.tensor(trace.tensors[0]!.cells!, { shape: [2, 4, 4, 4] }), [0, 1, 2, 3]));
  });

  it("makes one stamp after the other", () => {
    const trace = convolution([1, 4, 4, 1], [3, 3, 1, 1], {});
    const panel = panelAt(trace, trace.find({ phase: "contribution", op: "conv2d" })[0]!);
    const one = panel.next(panel.start, { view: "scatter" });
    expect([one.stamps, one.pick]).toEqual([1, { role: "y", place: [0, 0] }]);
    const touched = (state: State) =>
      squaresOf(pictureIn(drawn(panel, state), "x")).filter(({ value }) => value !== 0).length;
    expect(touched(panel.next(one, { stamps: 0 }))).toBe(0);
    expect(touched(one)).toBeLessThanOrEqual(9);
    const picked = panel.next(one, { pick: { role: "y", place: [1, 0] } });
    expect([picked.stamps, panel.next(picked, { stamps: 99 }).stamps]).toEqual([3, 4]);
    expect(accountOf(panel, picked).lines[0]!.note).toMatch(/^to dX\[0, \d, \d, 0\]$/);
  });

  it("computes a gradient that nobody asked for, and says so", () => {
    const w = c.variable(indices([3, 3, 1, 1], 2, 5).sub(2), { dtype: "float64" });
    const image = indices([1, 5, 5, 1], 1, 7).sub(3);
    const whole = c.variable(image, { dtype: "float64" });
    const of = (x: c.Tensor) => record(() => c.conv2d(x, w).square().sum());
    const [without, within] = [of(c.tensor(image, { dtype: "float64" })), of(whole)];
    const sceneOfX = (trace: Trace) => {
      const panel = panelAt(trace, lastThrough(trace, "conv2d"));
      return drawn(panel, panel.next(panel.start, { tab: "x" }));
    };
    expect(sceneOfX(without).notes[0]).toBe(
      "Nobody asked for dX, so the trace has no step for it. These are the numbers it would have.",
    );
    expect(sceneOfX(without).pictures).toEqual(sceneOfX(within).pictures);
    expect(sceneOfX(without).account!.recorded).toBeUndefined();
  });

  it("is moved in by keys, over what is no cell, and beyond the edge of what was cut", () => {
    const trace = convolution([1, 60, 60, 1], [3, 3, 1, 1], { padding: "same", strides: 2 });
    const panel = panelAt(trace, trace.find({ phase: "contribution", op: "conv2d" })[0]!);
    const dy = pictureIn(drawn(panel, panel.start), "y");
    expect([dy.rows.length, dy.size[0]]).toEqual([36, 62]);
    const [row, column] = [
      dy.rows.findIndex((one) => one.some(isCell)),
      dy.rows.find((one) => one.some(isCell))!.findIndex(isCell),
    ];
    const here = dy.rows[row]![column]!.place!;
    expect(placeAfter(dy, row, column, "ArrowRight")).toEqual([here[0], here[1] + 1]);
    expect(placeAfter(dy, row, column, "ArrowUp")).toEqual([here[0] - 1, here[1]]);
    expect(placeAfter(dy, row, column, "End")).toEqual([here[0], here[1] + 17]);
    expect(placeAfter(dy, row, column, "x")).toBeUndefined();
    const flipped = pictureIn(drawn(panel, panel.start), "filter");
    expect(placeAfter(flipped, 0, 0, "ArrowRight")).toEqual([2, 1]);
    expect(placeAfter(flipped, 0, 2, "ArrowRight")).toBeUndefined();
    const beyond = panel.next(panel.start, { pick: { role: "x", place: [99, -5] } });
    expect(beyond.pick!.place).toEqual([59, 0]);
  });

  it("reads the products of the picked cell", () => {
    const x = c.variable(c.tensor([1, 2, 3, 4], { shape: [1, 2, 2, 1] }));
    const w = c.variable(c.tensor([0.5, -1, 0, 2], { shape: [2, 2, 1, 1] }));
    const trace = record(() => c.conv2d(x, w).sum());
    const panel = panelAt(trace, forwardOf(trace, "conv2d"));
    expect(spokenOf(accountOf(panel, panel.start))).toBe(
      "Y[0, 0, 0, 0] is the sum of 4 products; 4 · 2 = 8; 2 · (−1) = −2; 1 · 0.5 = 0.5; 3 · 0 = 0; sum 6.5; ✓ the trace has 6.5",
    );
  });

  it("writes small numbers in a unit of their own", () => {
    const x = c.variable(c.tensor([1e-4, -2e-4, 0, 4.56e-4], { shape: [1, 2, 2, 1] }));
    const w = c.variable(c.ones([1, 1, 1, 1]));
    const trace = record(() => c.conv2d(x, w).sum());
    const panel = panelAt(trace, forwardOf(trace, "conv2d"));
    const picture = pictureIn(drawn(panel, panel.start), "x");
    expect(picture.exponent).toBe(-6);
    expect(squaresOf(picture).map((square) => writtenIn(picture, square))).toEqual([
      "100",
      "−200",
      "0",
      "456",
    ]);
  });
});

/** Pooled images, with ties. */
const pooled = (op: AnyOp) =>
  fc
    .tuple(casesOf(op), fc.nat(1e6), fc.array(fc.nat(1e6), { minLength: 5, maxLength: 5 }))
    .map(([{ inputs, attrs }, seed, picks]) => {
      const images = indices(inputs[0]!.shape, seed, 3);
      return { images, trace: through(op, [images], attrs ?? {}, seed), picks };
    });

describe.each([c.maxPool2d, c.averagePool2d].map(anyOp))("the panel of a pooling (%#)", (op) => {
  it("shows what windows give and what cells get, as in the trace", () => {
    fc.assert(
      fc.property(pooled(op), ({ trace, picks }) => {
        const panel = panelAt(trace, lastThrough(trace, op.opName));
        for (const [tab, role] of [
          ["y", "y"],
          ["x", "x"],
        ] as const) {
          const account = accountOf(panel, stateOf(panel, tab, role, picks));
          expectClose(account.sum, account.recorded, account.heading);
        }
        const given = accountOf(panel, stateOf(panel, "x", "y", picks));
        const whole = drawn(panel, stateOf(panel, "x", "y", picks));
        const upstream = squaresOf(pictureIn(whole, "dY")).find(({ picked }) => picked)!.value;
        if (given.more === 0)
          expectClose(
            given.lines.reduce((sum, { product }) => sum + product!, 0),
            upstream,
            given.heading,
          );
      }),
      { numRuns: 30 },
    );
  });
});

it("the panel of max pooling marks who won a window and who only lost the tie", () => {
  fc.assert(
    fc.property(pooled(anyOp(c.maxPool2d)), ({ images, trace }) => {
      const panel = panelAt(trace, forwardOf(trace, "maxPool2d"));
      const winners = new Set(
        Array.from(
          poolingOf("maxPool2d", trace.nodes.find(({ op }) => op === "maxPool2d")!.attributes, images)!
            .winners!,
        ),
      );
      const cells = cellsOf(images.shape);
      for (const { at, mark } of squaresOf(pictureIn(drawn(panel, panel.start), "X"))) {
        const position = cells.findIndex((cell) => String(cell) === String(at));
        expect(mark === "winner", `${at}`).toBe(winners.has(position));
      }
    }),
    { numRuns: 30 },
  );
  const x = c.variable(c.tensor([2, 2, 1, 2], { shape: [1, 2, 2, 1] }));
  const trace = record(() => c.maxPool2d(x).sum());
  const panel = panelAt(trace, lastThrough(trace, "maxPool2d"));
  const { pictures, account } = drawn(panel, panel.start);
  expect(squaresOf(pictures[0]!).map(({ mark }) => mark)).toEqual(["winner", "tied", undefined, "tied"]);
  expect(account!.lines.map(({ note, product }) => [note, product])).toEqual([
    ["★ won", 1],
    ["= as large, but later", 0],
    ["lost", 0],
    ["= as large, but later", 0],
  ]);
});

const shapes = fc.constantFrom([4, 2], [3, 2, 4], [2, 3, 3, 4]);
const layers = [
  ["BatchNormalization", () => c.BatchNormalization({ epsilon: 0.01 })],
  ["LayerNormalization", () => c.LayerNormalization({ axis: -1 })],
  ["GroupNormalization", () => c.GroupNormalization(2)],
  ["BatchNormalization without gamma", () => c.BatchNormalization({ scale: false, axis: 1 })],
] as const;

describe.each(layers)("the panel of %s", (_, make) => {
  it("shows three paths that add up to the gradient of the trace, each as it is computed by itself", () => {
    fc.assert(
      fc.property(shapes, fc.nat(1e6), ([...shape], seed) => {
        const layer = make();
        const x = c.variable(spread(shape, seed, { domain: [-2, 2] }));
        const trace = record(() => {
          const y = layer(x, { training: true });
          return y.mul(spread(shape, seed + 1, { domain: [-1, 1] })).sum();
        });
        const panel = panelAt(trace, lastThrough(trace, "variance"));
        const { lane } = panel.start;
        const scene = drawn(panel, panel.start);
        expect(scene.pictures.map(({ id }) => id)).toEqual(["dY", "direct", "mean", "variance", "sum"]);
        for (const input of [0, scene.choices[1]!.count - 1]) {
          for (const place of [
            [0, 0],
            [1, 1],
          ] as const) {
            const state = { ...panel.start, lane: { ...lane, input }, pick: { role: "x", place } };
            const { account } = drawn(panel, state);
            expectClose(account!.sum, account!.recorded, account!.heading, 1e-5);
            const listed = account!.lines.reduce((sum, { product }) => sum + product!, 0);
            expectClose(listed, account!.sum, account!.heading, 1e-5);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe("the panel of a normalization", () => {
  const cells = spread([4, 2, 2, 3], 7, { domain: [-2, 2] });
  const weights = spread([4, 2, 2, 3], 8, { domain: [-1, 1] });

  it("takes each path from a step of the trace", () => {
    const layer = c.BatchNormalization();
    const trace = record(() => layer(c.variable(cells), { training: true }).mul(weights).sum());
    const panel = panelAt(trace, lastThrough(trace, "rsqrt"));
    const scene = drawn(panel, panel.start);
    const [step] = trace.find({ phase: "contribution", op: "variance" });
    expect(scene.account!.lines.map(({ note }) => note)).toContain(`step ${step}`);
    const how = { axis: [0, 1, 2], epsilon: 1e-3, gamma: c.ones([1, 1, 1, 3]) };
    for (const { name, gradient } of normalizationPaths(cells, weights, how).paths) {
      for (const { at, value } of squaresOf(pictureIn(scene, name)))
        expect(value).toBeCloseTo(valueAt(gradient, at!), 5);
    }
  });

  it("says so where no gradient flows to x", () => {
    const layer = c.BatchNormalization();
    const trace = record(() => layer(cells, { training: true }).mul(weights).sum());
    const panel = panelAt(trace, forwardOf(trace, "add"));
    const scene = sceneOf(panel, panel.start);
    expect(isAbsent(scene) && scene.absent).toContain("no gradient flows to x");
  });

  it("has the direct path alone where moving averages are used", () => {
    const layer = c.BatchNormalization();
    const x = c.variable(cells);
    const trace = record(() => layer(x).mul(weights).sum());
    const panel = panelAt(trace, lastThrough(trace, "sub"));
    const { pictures, notes, account } = drawn(panel, panel.start);
    expect(pictures.map(({ id }) => id)).toEqual(["dY", "direct", "sum"]);
    expect(notes[1]).toContain("moving averages");
    expect(account!.sum).toBe(account!.recorded);
  });

  it("does not compare with a gradient that has further terms", () => {
    const layer = c.BatchNormalization();
    const x = c.variable(cells, { dtype: "float32" });
    const trace = record(() => layer(x, { training: true }).add(x).mul(weights).sum());
    const panel = panelAt(trace, lastThrough(trace, "variance"));
    const { notes, account } = drawn(panel, panel.start);
    expect(account!.recorded).toBeUndefined();
    expect(notes.join()).toContain("X is used elsewhere");
  });

  it("waits for the gradient", () => {
    const layer = c.BatchNormalization();
    const x = c.variable(cells);
    const trace = record(() => layer(x, { training: true }).mul(weights).sum());
    const panel = panelAt(trace, forwardOf(trace, "rsqrt"));
    const scene = sceneOf(panel, panel.start);
    expect(isAbsent(scene) && scene.step).toBeGreaterThan(trace.turn);
  });
});

describe("panels of traces from files", () => {
  const reloaded = (
    trace: Trace,
    change: (saved: ReturnType<Trace["toJSON"]>) => unknown = (saved) => saved,
  ): Trace => {
    const saved: ReturnType<Trace["toJSON"]> = JSON.parse(JSON.stringify(trace));
    return loadTrace(change(saved));
  };

  it("show small tensors as in the running program", () => {
    const trace = convolution([2, 5, 5, 2], [3, 3, 2, 3], { padding: "same", strides: 2 });
    const loaded = reloaded(trace);
    for (const step of [forwardOf(trace, "conv2d"), ...trace.find({ phase: "contribution", op: "conv2d" })]) {
      const [live, kept] = [panelAt(trace, step), panelAt(loaded, step)];
      const [a, b] = [drawn(live, live.start), drawn(kept, kept.start)];
      expect(b.pictures).toEqual(a.pictures);
      expect(b.account).toEqual(a.account);
    }
  });

  it("say which cells of large tensors are not there, and make up none", () => {
    const [x, w] = [spread([2, 32, 32, 8], 5), spread([3, 3, 8, 4], 6)].map((one) => c.variable(one)) as [
      c.Variable,
      c.Variable,
    ];
    const trace = record(() => c.conv2d(c.tanh(x), w, { padding: "same" }).square().sum());
    const loaded = reloaded(trace);
    const [live, kept] = [trace, loaded].map((one) => panelAt(one, forwardOf(one, "conv2d"))) as [
      Panel,
      Panel,
    ];
    const scene = drawn(kept, kept.start);
    expect(scene.notes).toContain("This file keeps only some cells of large tensors, rounded to 8 bits.");
    expect(scene.account!.missing).toBeGreaterThan(0);
    expect(scene.account!.sum).toBeUndefined();
    const whole = drawn(live, live.start);
    const missing = drawn(kept, kept.next(kept.start, { lane: { sample: 1, input: 0, output: 0 } }));
    expect(squaresOf(pictureIn(missing, "x")).filter(isCell)).toEqual([]);
    for (const id of ["x", "y"]) {
      const known = squaresOf(pictureIn(scene, id)).filter(isCell);
      const real = new Map(squaresOf(pictureIn(whole, id)).map(({ at, value }) => [String(at), value]));
      expect(known.length).toBeGreaterThan(0);
      const range = Math.max(...Array.from(real.values(), Math.abs));
      for (const { at, value } of known) {
        expect(Math.abs(value - real.get(String(at))!)).toBeLessThanOrEqual(range / 50);
      }
    }
  });

  it("refuse what does not fit the op, in words", () => {
    const conv = convolution([1, 5, 5, 1], [3, 3, 1, 1], {});
    const pool = record(() =>
      c.maxPool2d(c.variable(indices([1, 4, 4, 1], 3, 5), { dtype: "float32" })).sum(),
    );
    const told = (trace: Trace, op: string, attributes: object) => {
      const loaded = reloaded(trace, (saved) => ({
        ...saved,
        nodes: saved.nodes.map((node) => (node.op === op ? { ...node, attributes } : node)),
      }));
      const panel = panelOf(loaded, forwardOf(loaded, op));
      return panel !== undefined && isAbsent(panel) ? panel.absent : "";
    };
    expect(told(conv, "conv2d", { strides: [2, 2] })).toContain("give [1, 2, 2, 1]; received [1, 3, 3, 1]");
    expect(told(conv, "conv2d", { dilationRate: "x" })).toContain("dilationRate");
    expect(told(pool, "maxPool2d", { poolSize: [1e9, 1e9], padding: "same" })).toContain("at most 1024");
    expect(told(pool, "maxPool2d", { poolSize: [2, 2], strides: [1e9, 1e9] })).toContain("squares");
  });

  it("are there for steps of their ops alone", () => {
    const trace = convolution([1, 5, 5, 1], [3, 3, 1, 1], {});
    const through = trace.steps.map((_, step) => panelOf(trace, step) !== undefined);
    const own = trace.find({ op: "conv2d" });
    expect(through.flatMap((there, step) => (there ? [step] : []))).toEqual(own);
    expect(panelOf(trace, -1)).toBeUndefined();
  });
});
