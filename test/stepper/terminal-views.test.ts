import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { ask, lessonOf, loadTrace, record, type Trace } from "../../src/stepper/index.ts";
import { parseCell, parseGuess, parseSetting } from "../../src/stepper/terminal/answers.ts";
import { diverging, write } from "../../src/stepper/terminal/colors.ts";
import { press } from "../../src/stepper/terminal/commands.ts";
import { frameOf } from "../../src/stepper/terminal/frame.ts";
import { heatmap } from "../../src/stepper/terminal/heatmap.ts";
import { brief, histogramBars, percent, sizeBars } from "../../src/stepper/terminal/numbers.ts";
import { plainText } from "../../src/stepper/terminal/plain.ts";
import { railsOf } from "../../src/stepper/terminal/rails.ts";
import { stepsAbout } from "../../src/stepper/terminal/search.ts";
import { type State, shownLevel, start } from "../../src/stepper/terminal/state.ts";
import { cut, fitted, plain, span, widthOf, wrapped } from "../../src/stepper/terminal/text.ts";
import { messageOf } from "../support/message.ts";

const neuron = (): Trace => {
  const w = c.variable(0.5, { name: "w" });
  const b = c.variable(-1, { name: "b" });
  return record(({ x, y }) => c.swish(w.mul(x).add(b)).sub(y).square(), { x: 2, y: 1 });
};

/** Two residual blocks, in layers. */
const residual = (): Trace => {
  c.clearSession();
  c.setSeed(1);
  const x = c.Input([4]);
  const a = c.Dense(4, { activation: "relu" })(x);
  const b = c.Dense(4)(a);
  const model = c.Model({ inputs: x, outputs: c.Dense(1)(c.Add()([a, b])) });
  return record(() =>
    model(c.ones([2, 4]))
      .square()
      .mean(),
  );
};

const wide = { width: 110, height: 24 };
const screen = (state: State, room = wide): string =>
  frameOf(state, room, "none")
    .map((content) => plain(content).trimEnd())
    .join("\n");
const keys = (state: State, ...pressed: string[]): State => pressed.reduce(press, state);
const type = (state: State, text: string): State =>
  keys(state, ...[...text].map((x) => (x === " " ? "space" : x)), "enter");
const at = (state: State): number => shownLevel(state).at;

describe("rails", () => {
  const drawn = (uses: number[][]) => railsOf(uses).map(({ before, after }) => `${before}●${after}`);

  test("a chain is a straight line", () => expect(drawn([[], [0], [1]])).toEqual(["●", "●", "●"]));

  test("a residual runs beside it", () =>
    expect(drawn([[], [0], [1], [2, 0], [3]])).toEqual(["●─╮", "● │", "● │", "●─╯", "●"]));

  test("residuals within residuals", () =>
    expect(drawn([[], [0], [1], [2, 1], [3, 0]])).toEqual(["●─╮", "●─┼─╮", "● │ │", "●─┼─╯", "●─╯"]));

  test("what is used again and again goes on", () =>
    expect(drawn([[], [0], [0, 1], [0, 2]])).toEqual(["●─╮", "● │", "●─┤", "●─╯"]));

  test("branches come together", () =>
    expect(drawn([[], [], [], [0, 1, 2]])).toEqual(["●", "│ ●", "│ │ ●", "╰─┴─●"]));

  test("more rails than anyone can follow are left out", () => {
    const fan = Array.from({ length: 20 }, (_, i) => (i === 0 ? [] : Array.from({ length: i }, (_, k) => k)));
    for (const text of drawn(fan)) expect(widthOf(text)).toBeLessThanOrEqual(16);
  });
});

describe("text", () => {
  test("width counts columns, not characters", () => {
    expect(["abc", "x̄", "層", "é"].map(widthOf)).toEqual([3, 1, 2, 1]);
  });

  test("what does not fit is cut, with an ellipsis; a wide character is not halved", () => {
    expect(plain(cut([span("abc"), span("def")], 5))).toBe("abcd…");
    expect(plain(cut([span("abc"), span("def")], 6))).toBe("abcdef");
    expect(plain(cut([span("層層層")], 4))).toBe("層…");
    expect(plain(fitted([span("ab")], 4))).toBe("ab  ");
    expect(plain(cut([span("ab")], 0))).toBe("");
  });

  test("long lines are broken between words", () =>
    expect(wrapped("a bb ccc dddd", 6, " ")).toEqual(["a bb", " ccc", " dddd"]));
});

describe("numbers", () => {
  test("are short, with a minus sign", () =>
    expect([0.123456, -12345, 1e-9, -0, Number.NaN, -1 / 0].map(brief)).toEqual([
      "0.123",
      "−12300",
      "1e−9",
      "0",
      "NaN",
      "−∞",
    ]));

  test("a share is never rounded to nothing or all", () =>
    expect([0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual(["0%", "<1%", "50%", ">99%", "100%"]));

  test("bars", () => {
    expect(histogramBars([0, 1, 4, 8])).toBe(" ▂▅█");
    expect(sizeBars([1, 1e-3, 1e-6, 0, Number.NaN])).toBe("█▅▁0X");
    // A factor of two is no vanishing gradient.
    expect(sizeBars([1, 0.5])).toBe("█▆");
  });
});

describe("pictures", () => {
  const tensorOf = (cells: c.TensorLike) => {
    const trace = record(() => c.variable(cells, { name: "w" }).sum());
    return trace.tensors[trace.nodes[0]!.tensor]!;
  };
  const picture = (cells: c.TensorLike, width = 40, height = 10) =>
    heatmap(tensorOf(cells), true, { width, height }, "none");

  test("show sign and size where there is room", () => {
    const { lines, caption } = picture([
      [1, -1, 0.5],
      [0, -0.05, Number.NaN],
    ]);
    expect(lines.map(plain)).toEqual(["+9−9+5 ", " 0−· X "]);
    expect(caption).toBe("largest 1");
  });

  test("show signs where there is less, of some cells where there are too many", () => {
    const cells = [[1, -1, 0.1, -0.1, 0, 1]];
    expect(picture(cells, 7).lines.map(plain)).toEqual(["+−⁺⁻0+ "]);
    const thin = picture(cells, 3);
    expect(thin.lines.map(plain)).toEqual(["+⁺0 "]);
    expect(thin.caption).toBe("largest 1; 1×3 of 1×6 cells");
  });

  test("a filter has a plane for each pair of channels", () => {
    const filter = c.reshape(c.tensor([1, -1, 1, 1, 1, 1, 1, -1]), { shape: [2, 2, 1, 2] });
    const { lines } = heatmap(tensorOf(filter), true, { width: 20, height: 4 }, "none");
    expect(lines.map(plain)).toEqual(["+9+9 −9+9 ", "+9+9 +9−9 "]);
  });

  test("colors are blue and dark below 0, orange and light above: the sign shows without hues, too", () => {
    const light = [-1, -0.5, 0, 0.5, 1].map(diverging).map(([r, g, b]) => 0.3 * r + 0.6 * g + 0.1 * b);
    expect(light).toEqual([...light].sort((a, b) => a - b));
    const [blue, , orange] = [-1, 0, 1].map(diverging) as [number, number, number][];
    expect(blue![2]).toBeGreaterThan(blue![0]);
    expect(orange![0]).toBeGreaterThan(orange![2]);
    const halves = heatmap(
      tensorOf([
        [1, 1, 1],
        [-1, -1, -1],
      ]),
      true,
      { width: 4, height: 1 },
      "truecolor",
    );
    expect(write(halves.lines[0]!, "truecolor")).toContain(
      "\u001b[38;2;255;186;90;48;2;16;52;166m▀\u001b[0m",
    );
  });
});

describe("the screen", () => {
  test("shows the rule, the numbers and the ledger of the step", () => {
    const state = keys(start(neuron(), "neuron"), "end");
    const text = screen(state);
    expect(text).toMatch(/step 11 of 11, backward/);
    expect(text).toMatch(/rule {5}ā = ȳ · b/);
    expect(text).toMatch(/numbers {2}−1 · 2 = −2/);
    expect(text).toMatch(/ledger {3}gradient of w: −2 \(1 of 1\)/);
  });

  test("tells a gradient that has not arrived from one that is 0", () => {
    const w = c.variable(3, { name: "w" });
    const trace = record(() => w.mul(0).square());
    const before = keys(start(trace, "zero"), "right");
    expect(screen(before)).toMatch(/● mul .* not yet/);
    expect(screen(before)).toMatch(/gradient of square \(0 of 1\)/);
    const after = screen(keys(before, "end"));
    expect(after).toMatch(/● mul .* 0 +│/);
    expect(after).not.toMatch(/not yet/);
  });

  test("shows how many contributions have arrived", () => {
    const w = c.variable(3, { name: "w" });
    const trace = record(() => w.square().mul(w.square().neg()).add(w));
    const step = trace.steps.findIndex(({ arrived }) => arrived?.[0] === 1 && arrived[1] > 1);
    const state = keys(start(trace, "sum"), ...Array.from({ length: step }, () => "."));
    expect(screen(state)).toMatch(/gradient of w \(1 of 3\)/);
  });

  test("opens the layer under the cursor only, and draws residuals beside the spine", () => {
    const text = screen(start(residual(), "residual"));
    expect(text).toMatch(/▾ dense Dense/);
    expect(text).toMatch(/○─╮ +relu/);
    expect(text).toMatch(/○ │ +dense_1 Dense 20/);
    expect(text).toMatch(/○─╯ +add Add/);
    expect(text).not.toMatch(/▾ dense_1/);
  });

  test("shows the line of the program", () => {
    const trace = record(
      () => c.variable(2).square(),
      {},
      { program: { source: "one\n".repeat(500), language: "js" } },
    );
    expect(screen(start(trace, "lines"))).toMatch(/▶ +\d+ │ one/);
  });

  test("explains what keys do", () => {
    const text = screen(keys(start(neuron(), "neuron"), "?"), { width: 110, height: 40 });
    expect(text).toMatch(/Shift\+→ or \. +the next step of the op/);
    expect(screen(keys(start(neuron(), "neuron"), "?", "?"))).toBe(screen(start(neuron(), "neuron")));
  });
});

describe("questions", () => {
  test("a step is predicted before it is shown", () => {
    const state = start(neuron(), "neuron", { predicting: true });
    expect(at(state)).toBe(5);
    const asked = keys(state, "space");
    expect(asked.prompt?.question).toBe("predict");
    expect(screen(asked)).toMatch(/numbers {2}\?/);
    const answered = type(asked, "-");
    expect(answered.message).toEqual({ text: "✓ sign -", tone: "good" });
    expect(screen(answered)).toMatch(/numbers {2}1 · \(−1\) · 2 = −2/);
    const wrong = type(keys(answered, "right"), "+ [2]");
    expect(wrong.message?.text).toBe("✗ sign: not +, it is -   ✗ shape: not [2], it is []");
    expect(wrong.score).toEqual([1, 3]);
  });

  test("an answer that cannot be read can be mended", () => {
    const state = type(keys(start(neuron(), "neuron", { predicting: true }), "right"), "often");
    expect(state.message?.tone).toBe("bad");
    expect(state.prompt?.text).toBe("often");
    expect(screen(state)).toMatch(/expected \+, -, mixed/);
  });

  test("a lesson asks its own questions, and tells what is so", () => {
    const { questions, record: run } = lessonOf("twice");
    const state = start(run(), "twice", { predicting: true, questions });
    expect(at(state)).toBe(3);
    const asked = keys(state, "space");
    expect(screen(asked)).toMatch(/^›$/m);
    const answers =
      questions[0]!.about === "choice" ? ask(questions[0]!, shownLevel(state).trace)!.options : [];
    for (const [i, option] of answers.entries()) expect(screen(asked)).toContain(`${i + 1}  ${option}`);
    const verdicts = answers.map((_, i) => type(asked, String(i + 1)));
    expect(verdicts.filter(({ message }) => message?.tone === "good")).toHaveLength(1);
    expect(type(asked, "9").message?.text).toBe(
      `expected a number from 1 to ${answers.length}; received "9"`,
    );
    expect(type(asked, "9").prompt?.text).toBe("9");
  });

  test("several questions about a step are asked one after the other before it is shown", () => {
    const { questions, record: run } = lessonOf("entropy");
    let state = keys(start(run(), "entropy", { predicting: true, questions }), "space");
    for (const _ of questions) {
      expect(screen(state)).toMatch(/numbers {2}\?/);
      expect(state.prompt?.question).toBe("predict");
      state = type(state, "1");
    }
    expect(state.prompt).toBeUndefined();
    expect(screen(state)).not.toMatch(/numbers {2}\?/);
    expect(state.score[1]).toBe(questions.length);
  });

  test("Space passes over the questions about a step", () => {
    const { questions, record: run } = lessonOf("entropy");
    const state = keys(start(run(), "entropy", { predicting: true, questions }), "space", "space");
    expect(state.prompt).toBeUndefined();
    expect(screen(keys(state, "left", "right"))).not.toMatch(/numbers {2}\?/);
  });

  test("p turns predicting on and off", () => {
    const on = keys(start(neuron(), "neuron"), "p");
    expect([on.predicting, at(on), on.prompt?.question]).toEqual(["steps", 1, "predict"]);
    expect(screen(on)).toMatch(/step 1 of 11, forward {2}predicting/);
    const off = keys(on, "escape", "p");
    expect(screen(off)).not.toMatch(/predicting/);
    expect(off.predicting).toBe("nothing");
    expect(screen(off)).toMatch(/numbers {2}1 \+ \(−1\) = 0/);
  });

  test("find goes to the next step about something", () => {
    const state = type(keys(start(neuron(), "neuron"), "/"), "sub");
    expect(at(state)).toBe(3);
    expect(at(keys(state, "n"))).toBe(6);
    expect(at(keys(state, "n", "n"))).toBe(7);
    expect(at(keys(state, "n", "n", "n"))).toBe(3);
    expect(at(keys(state, "N"))).toBe(7);
    expect(type(keys(state, "/"), "conv2d").message?.text).toBe("nothing is called conv2d");
  });

  test("breakpoints on ops, layers and what is not finite", () => {
    const state = type(keys(start(residual(), "residual"), "B"), "dense_1");
    const stops: number[] = [];
    for (let next = keys(state, "c"); at(next) < shownLevel(next).trace.length - 1; next = keys(next, "c"))
      stops.push(at(next));
    expect(stops).toEqual(shownLevel(state).trace.find({ layer: "dense_1" }));
    expect(screen(state)).toMatch(/■/);
    expect(at(keys(type(keys(state, "B"), "dense_1"), "c"))).toBe(0);

    const w = c.variable(0, { name: "w" });
    const log = type(
      keys(
        start(
          record(() => w.log().mul(w)),
          "log",
        ),
        "B",
      ),
      "nonfinite",
    );
    expect(at(keys(log, "home", "c"))).toBe(1);
  });

  test("b stops at the op under the cursor", () => {
    const state = keys(start(neuron(), "neuron"), "right", "b", "c");
    expect([at(state), state.message?.text]).toEqual([9, "stopped at add"]);
    expect(keys(state, "b").message?.text).toBe("no longer stops at add");
  });

  test("a cell is explained", () => {
    const w = c.variable([1, 2, 3], { name: "w" });
    const state = type(
      keys(
        start(
          record(() => w.square().sum()),
          "cells",
        ),
        "e",
      ),
      "1",
    );
    expect(screen(state)).toMatch(/numbers {2}2² = 4/);
    expect(type(keys(state, "e"), "7").message?.text).toMatch(/expected a cell of \[3\]; received \[7\]/);
  });

  test("what if replays, and Esc goes back", () => {
    const state = type(keys(start(neuron(), "neuron"), "end", "w"), "x = 3");
    expect(state.levels.map(({ kind }) => kind)).toEqual(["program", "what-if"]);
    expect(state.message?.text).toMatch(/^loss 1 → 0.474/);
    expect(keys(state, "escape").levels).toHaveLength(1);
    const loaded = type(keys(start(loadTrace(JSON.stringify(neuron())), "loaded"), "w"), "x = 3");
    expect(loaded.message?.text).toMatch(/no program to run again/);
    expect(type(keys(start(neuron(), "neuron"), "w"), "q = 3").message?.text).toMatch(/known: x, y/);
  });

  test("what if changes one cell, or all", () => {
    const w = c.variable([1, 2, 3], { name: "w" });
    const state = keys(
      start(
        record(() => w.square().sum()),
        "cells",
      ),
      "w",
    );
    const loss = (text: string) => type(state, text).message?.text.replace(/;.*/, "");
    expect(loss("w[1] = 0")).toBe("loss 14 → 10");
    expect(loss("w = 1")).toBe("loss 14 → 3");
    expect(loss("w = [1, 1, 0]")).toBe("loss 14 → 2");
    expect(loss("w[3] = 0")).toBe("expected a cell of w [3]");
    expect(loss("w[0] = [1]")).toBe("expected a number for a cell of w");
    expect(w.toArray()).toEqual([1, 2, 3]);
  });

  test("save and quit are wishes to the program around", () => {
    expect(type(keys(start(neuron(), "neuron"), "s"), "").wish).toEqual({ kind: "save", path: "trace.json" });
    expect(keys(start(neuron(), "neuron"), "q").wish).toEqual({ kind: "quit" });
    expect(keys(start(neuron(), "neuron"), "/", "q").wish).toBeUndefined();
    expect(keys(start(neuron(), "neuron"), "/", "ctrl+c").wish).toEqual({ kind: "quit" });
  });

  test("o opens an op into its parts and closes them, and closes layers", () => {
    const trace = record(() => c.hardSwish(c.variable([1, 2], { name: "w" })).sum());
    const inside = keys(start(trace, "parts"), "end", "o");
    expect(screen(inside)).toMatch(/parts › parts of hard_silu/);
    expect(keys(inside, "escape").levels).toHaveLength(1);
    const closed = keys(start(residual(), "residual"), "o");
    expect(screen(closed)).not.toMatch(/▾ dense Dense/);
    expect(screen(keys(closed, "o"))).toMatch(/▾ dense Dense/);
  });
});

describe("answers", () => {
  test("guesses", () => {
    expect(parseGuess("+")).toEqual({ sign: "+" });
    expect(parseGuess("− [2, 3]")).toEqual({ sign: "-", shape: [2, 3] });
    expect(parseGuess("nonzero 2x3")).toEqual({ zero: false, shape: [2, 3] });
    expect(parseGuess("−0.31")).toEqual({ value: -0.31 });
    expect(parseGuess("scalar")).toEqual({ shape: [] });
    expect(messageOf(() => parseGuess("[a]"))).toMatch(/a shape such as/);
    expect(messageOf(() => parseGuess("constructor"))).toMatch(/received "constructor"/);
  });

  test("cells and settings", () => {
    expect(parseCell("[0, 2]")).toEqual([0, 2]);
    expect(parseCell(" ")).toBeUndefined();
    expect(messageOf(() => parseCell("a"))).toMatch(/such as 0,2/);
    expect(parseSetting("w = −3")).toEqual({ name: "w", cell: undefined, value: -3 });
    expect(parseSetting("x=[1, 2]")).toEqual({ name: "x", cell: undefined, value: [1, 2] });
    expect(parseSetting("dense/kernel [0,2]=0.5")).toEqual({
      name: "dense/kernel",
      cell: [0, 2],
      value: 0.5,
    });
    expect(messageOf(() => parseSetting("w[a] = 3"))).toMatch(/the index of a cell/);
    expect(messageOf(() => parseSetting("w"))).toMatch(/such as w = 3/);
    expect(messageOf(() => parseSetting("w = three"))).toMatch(/for w; received "three"/);
  });
});

test("names are found exactly first, then as parts", () => {
  const trace = residual();
  expect(stepsAbout(trace, "dense")).toEqual(trace.find({ layer: "dense" }));
  expect(stepsAbout(trace, "Dense")).toEqual(trace.find({ layer: "Dense" }));
  expect(stepsAbout(trace, "DENSE_2")).toEqual(trace.find({ layer: "dense_2" }));
  expect(stepsAbout(trace, "2/bias")).toEqual(trace.find({ node: "dense_2/bias" }));
  expect(stepsAbout(trace, " ")).toEqual([]);
  expect(stepsAbout(trace, "accumulate")).toEqual(trace.find({ phase: "accumulate" }));
});

test("a trace as text, by op and by layer", () => {
  expect(plainText(neuron(), { by: "op", from: 9 })).toMatchInlineSnapshot(`
    "backward  add
       9  mul: ā = ȳ = −1
      10  b: b̄ = ȳ = −1
    backward  mul
      11  w: ā = ȳ · b = −1 · 2 = −2"
  `);
  expect(plainText(residual(), { by: "layer", to: 6 })).toMatchInlineSnapshot(`
    "0–2  forward  dense    value [2, 4] rms 0.73
    3–4  forward  dense_1  value [2, 4] rms 0.673
      5  forward  add      value [2, 4] rms 0.916
    6–7  forward  dense_2  value [2, 1] rms 0.943"
  `);
  expect(messageOf(() => plainText(neuron(), { from: 4, to: 3 }))).toBe(
    "step: from is 4, which is after to, 3",
  );
  expect(messageOf(() => plainText(neuron(), { from: 12 }))).toMatch(/a step from 0 to 11; received 12/);
});

test("a trace on the console", () => {
  expect(inspect(neuron())).toBe("Trace: 9 nodes, 12 steps, loss 1");
  expect(inspect(residual())).toMatchInlineSnapshot(`
    "Trace: 17 nodes, 31 steps, loss 0.89
    gradient flow ▇▅▅█
    layer    activation  gradient   gain  saturated  dead
    dense          0.73   ▇ 0.641               50%   50%
    dense_1       0.673   ▅ 0.347   1.12
    add           0.916   ▅ 0.347   1.41
    dense_2       0.943   █ 0.943  0.367"
  `);
});
