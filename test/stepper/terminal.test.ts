import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { type Stream, streamFrom } from "../../src/random.ts";
import { loadTrace, record, type Trace } from "../../src/stepper/index.ts";
import { type Colors, write } from "../../src/stepper/terminal/colors.ts";
import { commands, press } from "../../src/stepper/terminal/commands.ts";
import { frameOf } from "../../src/stepper/terminal/frame.ts";
import { plainText } from "../../src/stepper/terminal/plain.ts";
import { isCovered, type State, shownLevel, start } from "../../src/stepper/terminal/state.ts";
import { lineWidth, plain } from "../../src/stepper/terminal/text.ts";
import { runs } from "../support/compiled.ts";
import { randomProgram } from "../support/random-programs.ts";

const size = { width: 100, height: 30 };

/** A trace of a random program, in layers now and then. */
function traceOf(seed: number): Trace {
  const random: Stream = streamFrom(`terminal ${seed}`);
  const draw = (shape: c.Shape, name: string) =>
    c.variable(c.randomNormal(shape, { stream: random, dtype: "float64" }), { name });
  const xs = [draw([2, 3], "a"), draw([3], "b")];
  const f = randomProgram(random, xs, 8);
  const dense = c.Dense(3, { activation: "hard_swish" });
  const trace = record(() => {
    const ys = f(...xs).map((y) => y.sum());
    const inLayer = dense(xs[0]!).sum();
    return [...ys, xs[0]!.sum(), xs[1]!.sum()].reduce((a, b) => a.add(b)).add(inLayer);
  });
  return seed % 2 ? trace : loadTrace(JSON.stringify(trace));
}

const texts = (state: State, room = size): string[] => frameOf(state, room, "none").map(plain);
const pressed = (state: State, keys: readonly string[]): State => keys.reduce(press, state);

const someKey = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...commands.flatMap(({ keys }) => keys)) },
  { weight: 2, arbitrary: fc.constantFrom("enter", "space", "backspace", "escape", "tab", "f5", "up") },
  { weight: 3, arbitrary: fc.constantFrom(..."+-0[2,3]x=a1. mulzero") },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }) },
);
const keys = fc.array(someKey, { maxLength: 40 });
const room = fc.record({ width: fc.integer({ min: 1, max: 200 }), height: fc.integer({ min: 1, max: 60 }) });
const seed = fc.nat(30);
const colors = fc.constantFrom<Colors>("none", "256", "truecolor");

const known = new Map<number, Trace>();
const cached = (at: number): Trace => {
  if (!known.has(at)) known.set(at, traceOf(at));
  return known.get(at)!;
};

describe("whatever keys are pressed", () => {
  test("the cursor stays in the trace, and the frame in the screen", () =>
    fc.assert(
      fc.property(
        seed,
        keys,
        room,
        colors,
        fc.boolean(),
        (at, sequence, { width, height }, palette, predicting) => {
          let state = start(cached(at), "test", { predicting });
          for (const key of sequence) {
            state = press(state, key);
            const level = shownLevel(state);
            expect(level.at).toBeGreaterThanOrEqual(0);
            expect(level.at).toBeLessThan(level.trace.length);
          }
          const frame = frameOf(state, { width, height }, palette);
          expect(frame).toHaveLength(height);
          for (const content of frame) expect(lineWidth(content)).toBeLessThanOrEqual(width);
        },
      ),
      runs(150),
    ));

  test("a frame without colors has no escape codes", () =>
    fc.assert(
      fc.property(seed, keys, room, (at, sequence, screen) => {
        const state = pressed(start(cached(at), "test"), sequence);
        for (const content of frameOf(state, screen, "none")) {
          expect(write(content, "none")).not.toMatch(/\p{Cc}/u);
        }
      }),
      runs(100),
    ));

  test("a step forth and back shows the same frame", () =>
    fc.assert(
      fc.property(seed, keys, (at, sequence) => {
        const before = pressed(start(cached(at), "test"), [...sequence, "escape", "escape", "x"]);
        fc.pre(before.predicting === "nothing" && before.prompt === undefined && before.cell === undefined);
        const level = shownLevel(before);
        for (const by of ["op", "layer", "step"] as const) {
          const ends = by === "step" ? undefined : level.trace.stretches(by).map(({ last }) => last);
          if (level.at === level.trace.length - 1 || ends?.includes(level.at) === false) continue;
          const [there, back] = { op: ["right", "left"], layer: ["]", "["], step: [".", ","] }[by] as [
            string,
            string,
          ];
          expect(texts(pressed(before, [there, back]))).toEqual(texts(before));
        }
      }),
      runs(100),
    ));

  test("what is to be predicted is not shown", () =>
    fc.assert(
      fc.property(seed, keys, (at, sequence) => {
        const state = pressed(start(cached(at), "test", { predicting: true }), [...sequence, "escape", "."]);
        fc.pre(isCovered(state) && !state.help);
        const { trace, at: step } = shownLevel(state);
        const frame = texts(state, { width: 200, height: 60 }).join("\n");
        expect(frame).toContain("numbers  ?");
        expect(frame).toContain("to be predicted");
        const shown = texts(press(state, "space"), { width: 200, height: 60 }).join("\n");
        expect(shown).not.toContain("to be predicted");
        expect(shown).not.toBe(frame);
        expect(step).toBeLessThan(trace.length);
      }),
      runs(60),
    ));
});

test("as many moves as there are ops, layers or steps lead to the end", () => {
  for (let at = 0; at < 10; at++) {
    const trace = cached(at);
    for (const [key, most] of [
      ["right", trace.stretches("op").length],
      ["]", trace.stretches("layer").length],
      [".", trace.length],
    ] as const) {
      const state = pressed(
        start(trace, "test"),
        Array.from({ length: most }, () => key),
      );
      expect(shownLevel(state).at, key).toBe(trace.length - 1);
    }
  }
});

test("as text, every step of every trace is told, without escape codes", () => {
  for (let at = 0; at < 10; at++) {
    const trace = cached(at);
    const told = plainText(trace);
    expect(told.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    for (let step = 0; step < trace.length; step++) {
      expect(told).toContain(trace.explain(step).split("\n")[0]);
    }
    expect(plainText(trace, { from: 3, to: 3 }).split("\n")[0]).toBe(trace.explain(3).split("\n")[0]);
    expect(plainText(trace, { by: "layer" }).split("\n")).toHaveLength(trace.stretches("layer").length);
  }
});

test("names from a file cannot command the terminal", () => {
  const trace = record(() => c.variable(2, { name: "w" }).square());
  const saved = JSON.parse(JSON.stringify(trace));
  saved.nodes[0].label = "w\u001b[2J\u009b31m\u202e\r\n";
  saved.program = { source: "\u001b]0;title\u0007", language: "js" };
  saved.nodes[1].source = { file: "\u001bc", line: 1, column: 1 };
  const state = pressed(start(loadTrace(saved), "\u001b[31m"), ["end"]);
  const unsafe = /[\p{Cc}\p{Cf}]/u;
  for (const text of texts(state)) expect(text).not.toMatch(unsafe);
  expect(plainText(loadTrace(saved)).replaceAll("\n", "")).not.toMatch(unsafe);
});
