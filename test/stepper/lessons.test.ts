import { join } from "node:path";
import { backward, type Tensor, tensor, Variable } from "chainrule";
import {
  ask,
  type Choice,
  eightImages,
  judge,
  type LessonText,
  lessonOf,
  lessons,
  loadTrace,
  type Question,
  type Trace,
  traceOf,
  variedSource,
} from "chainrule/stepper";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { exportsOf } from "../../src/stepper/lessons/program.ts";

interface Program {
  readonly name: string;
  readonly source: string;
  readonly questions: readonly Question[];
}

const programsOf = (lesson: LessonText): Program[] => [
  { name: lesson.name, source: lesson.source, questions: lesson.questions },
  ...lesson.variations.map((variation) => ({
    name: `${lesson.name}, ${variation.title}`,
    source: variedSource(lesson, variation),
    questions: variation.questions,
  })),
];

const programs = lessons.flatMap(programsOf);

const traces = new Map<string, Trace>();
const recorded = ({ source }: Program): Trace => {
  if (!traces.has(source)) traces.set(source, traceOf(source));
  return traces.get(source)!;
};

/** The right answer, as it would be given. */
const truth = (question: Question, trace: Trace): string => judge(question, trace, "")!.actual;

describe.each(programs)("the lesson $name", (program) => {
  const trace = recorded(program);

  test("asks before it tells, about steps that are there", () => {
    expect(program.questions.length).toBeGreaterThan(0);
    for (const question of program.questions) {
      const asked = ask(question, trace)!;
      expect(asked.asked).not.toBe("");
      expect(asked.options.length).toBe(new Set(asked.options).size);
      expect(judge(question, trace, truth(question, trace))!.told).not.toMatch(/undefined|null|\[object/);
      // Only the lesson about it speaks of it.
      expect(judge(question, trace, "")!.told.includes("NaN")).toBe(asked.options.includes("NaN"));
    }
  });

  test("has exactly one right answer to each question, and says so of no other", () => {
    for (const question of program.questions) {
      const actual = truth(question, trace);
      expect(judge(question, trace, actual)).toMatchObject({ right: true, actual });
      for (const option of ask(question, trace)!.options) {
        expect(judge(question, trace, option)!.right, option).toBe(option === actual);
      }
      if (question.about !== "choice") continue;
      const { choices } = question;
      const isRight = (choice: Choice) =>
        judge({ ...question, choices: [choice] }, trace, "")!.actual !== "none of these, with this program";
      const right = choices.filter(isRight);
      expect(right, actual).toHaveLength(1);
    }
  });

  test("has the gradients of a plain backward pass, to the bit", () => {
    const { loss, inputs } = exportsOf(program.source);
    const y = loss(Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tensor(value)])));
    backward(y);
    const expected = variablesOf(y).map(({ grad }) => grad && Array.from(grad.data));
    const received = trace.nodes.flatMap(({ kind }, node) =>
      kind === "variable" ? [trace.at(trace.length - 1).gradientOf(node).total] : [],
    );
    expect(received.map((total) => total && Array.from(total.cells!))).toEqual(expected);
  });

  test("is the same when it is run again, and when it is loaded from a file", () => {
    const json = JSON.stringify(trace);
    expect(json.length).toBeLessThan(5e6);
    expect(JSON.stringify(traceOf(program.source))).toBe(json);
    const loaded = loadTrace(json);
    for (const [index, { value }] of trace.steps.entries()) {
      const [before, after] = [trace.explain(index), loaded.explain(index)].map((text) => text.split("\n"));
      // Cells of large tensors are in the file with eight bits.
      if (loaded.tensors[value]!.cells === undefined) expect(after!.slice(0, 2)).toEqual(before!.slice(0, 2));
    }
    for (const question of program.questions) {
      expect(ask(question, loaded)).toEqual(ask(question, trace));
      expect(judge(question, loaded, "1")).toEqual(judge(question, trace, "1"));
    }
  }, 30_000);

  test("names a line of the program at each op", () => {
    const lines = program.source.split("\n");
    for (const { op, source } of trace.nodes) {
      if (op === undefined) continue;
      expect(source?.file).toBe("lesson.js");
      expect(lines[source!.line - 1]).toMatch(/\S/);
    }
    expect(trace.program).toEqual({ source: program.source, language: "js" });
  });
});

/** The variables that a tensor is made of, oldest first. */
function variablesOf(y: Tensor): Variable[] {
  const seen = new Set<Tensor>([y]);
  for (const x of seen) for (const input of x.node?.inputs ?? []) seen.add(input);
  return [...seen].filter((x) => x instanceof Variable).sort((a, b) => a.id - b.id);
}

test("lessons with small tensors explain every step from a file as they do live", () => {
  for (const name of ["neuron", "twice", "broadcasting", "entropy", "convolution"]) {
    const trace = lessonOf(name).record();
    const loaded = loadTrace(JSON.stringify(trace));
    // The sum behind a cell needs the tensors themselves.
    const common = (text: string) => text.split("\n").filter((line) => !/^ +at cell .*: /.test(line));
    for (const index of trace.steps.keys()) {
      expect(common(loaded.explain(index))).toEqual(common(trace.explain(index)));
    }
  }
});

test("the right answers are those of someone who knows", () => {
  const answers = programs.map((program) => {
    const trace = recorded(program);
    const each = program.questions.map((one) => `${ask(one, trace)!.index}: ${truth(one, trace)}`);
    return `${program.name} | ${each.join(" | ")}`;
  });
  expect(answers).toMatchInlineSnapshot(`
    [
      "neuron | 5: not known yet | 6: − | 8: −2.437 | 10: all of it | 11: −3.656",
      "neuron, An input of 0 | 11: yes",
      "neuron, A saturated neuron | 8: next to nothing",
      "twice | 4: no: more has to arrive | 5: no: what arrives at the product comes from the sum | 5: 3 | 8: 7: they add up",
      "twice, x = −0.5 | 4: no",
      "broadcasting | 10: [3, 2] | 11: they are added up | 11: [2] | 12: it does: the matrix product sums over the samples",
      "broadcasting, One bias for all | 11: []",
      "activations | 11: exactly 0 | 11: nearly 1.5 | 13: a little, for each cell | 13: mixed | 17: little, beside the others",
      "activations, On the kinks | 11: 1, from the right",
      "activations, Clipping | 11: nothing",
      "activations, Out of the dead zone | 11: no: some cells are alive",
      "entropy | 2: p − y: [0.705, −0.741, 0.0351] | 2: 0 | 2: only that of the right class",
      "entropy, By hand | 10: all three: p − y again",
      "entropy, By hand, and far off | 1: −∞ | 10: NaN",
      "entropy, Far off, from logits | 2: [1, −1, 0]",
      "convolution | 7: those on the right | 8: [1, 5, 5, 1] | 8: 4 | 8: ȳ times the same weight | 9: [3, 3, 1, 1] | 9: the left column",
      "convolution, Stride 1 | 8: 9",
      "convolution, Zeros around the picture | 8: [1, 5, 5, 1]",
      "convnet | 26: about 2.3 | 30: [8, 10] | 55: three of four | 75: about one half | 78: 8192",
      "convnet, With relu | 75: yes: about 0.7 of it",
      "depth | 74: nothing | 192: hundreds of times less | 60: the values shrink as well",
      "depth, Weights twice as varied | 192: it keeps its size, roughly",
      "depth, Large weights | 192: it explodes",
      "depth, Batch normalization | 301: they keep their size | 852: it grows somewhat with every layer",
      "depth, Large weights, normalized | 852: no: the size of the weights cancels",
    ]
  `);
});

test("variations change what is there once", () => {
  for (const { source, variations } of lessons) {
    for (const { changes } of variations) {
      for (const [before, after] of changes) {
        expect(source.split(before), before).toHaveLength(2);
        expect(after).not.toBe(before);
      }
    }
  }
});

test("the programs are well typed, and import nothing that they do not use", () => {
  const config = ts.readConfigFile("tsconfig.json", ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const files = new Map(programs.map(({ source }, i) => [join(process.cwd(), `lesson-${i}.js`), source]));
  const checked = { ...options, allowJs: true, checkJs: true, noImplicitAny: false, noUnusedLocals: true };
  const host = ts.createCompilerHost(checked);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, languageVersion) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, languageVersion)
      : ts.createSourceFile(name, text, languageVersion);
  };
  const built = ts.createProgram([...files.keys()], checked, host);
  const problems = [...files.keys()].flatMap((name) => {
    const file = built.getSourceFile(name);
    return [...built.getSyntacticDiagnostics(file), ...built.getSemanticDiagnostics(file)];
  });
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).toEqual([]);
}, 60_000);

test("the texts speak of no number that the program does not have", () => {
  // What stands in texts as such: hyperbole aside, these are claims about functions, checked here.
  const slope = (name: string, x: number) =>
    traceOf(
      `import { Activation, variable } from "chainrule";\nconst x = variable(${x}, { name: "x" });\n` +
        `export const loss = () => Activation("${name}")(x);`,
    )
      .at(2)
      .gradientOf(0).total!.cells![0]!;
  expect(slope("hard_swish", 2.999)).toBeCloseTo(1.5, 3);
  expect(slope("hard_swish", 0)).toBe(0.5);
  for (let x = -6; x <= 6; x += 0.25) {
    expect(slope("swish", x)).toBeLessThan(1.1);
    if (Math.abs(x) < 3) expect(slope("hard_swish", x)).toBeCloseTo(x / 3 + 0.5, 6);
  }
  expect(Math.exp(-200)).toBeCloseTo(1e-87, 87);
  expect(Math.fround(1e-45)).toBeGreaterThan(0);
  expect(Math.fround(1e-46)).toBe(0);
});

test("there is a lesson for each of the subjects", () => {
  expect(lessons.map(({ name }) => name)).toEqual([
    "neuron",
    "twice",
    "broadcasting",
    "activations",
    "entropy",
    "convolution",
    "convnet",
    "depth",
  ]);
  expect(
    lessonOf("depth")
      .record()
      .flow.filter(({ kind }) => kind === "Conv2D"),
  ).toHaveLength(20);
  expect(() => lessonOf("convlution")).toThrow('there is no lesson "convlution"; known: convolution, ');
});

test("the images are eight photos with their classes", () => {
  const { images, labels, names } = eightImages();
  expect(images.shape).toEqual([8, 32, 32, 3]);
  expect(Array.from(labels.data, (label) => names[label])).toEqual([
    "airplane",
    "automobile",
    "cat",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
  ]);
  const cells = Array.from(images.data);
  const [min, max] = [Math.min(...cells), Math.max(...cells)];
  const mean = cells.reduce((a, b) => a + b, 0) / cells.length;
  expect(min).toBeGreaterThanOrEqual(0);
  expect(max).toBeLessThanOrEqual(1);
  expect(mean).toBeGreaterThan(0.3);
  expect(mean).toBeLessThan(0.7);
});

describe("a question about an edited program", () => {
  const { questions, source } = lessonOf("neuron");

  test("is judged by what the program does now", () => {
    const trace = traceOf(source.replace("y: 2", "y: -2"));
    expect(judge(questions[1]!, trace, "+")).toMatchObject({ right: true, actual: "+" });
    expect(judge(questions[1]!, trace, "−")).toMatchObject({ right: false, actual: "+" });
  });

  test("is not asked if there is no such step, or a text names what is gone", () => {
    const trace = traceOf(source.replace("error.square()", "error.mul(error)").replaceAll("y", "z"));
    expect(ask(questions[1]!, trace)).toBeUndefined();
    expect(judge(questions[1]!, trace, "+")).toBeUndefined();
    const renamed = traceOf(source.replaceAll(/\by\b/g, "wanted"));
    expect(ask(questions[1]!, renamed)).toBeUndefined();
    expect(ask(questions[0]!, renamed)!.about).toBe("choice");
  });

  test("is not asked if what it is about has another shape now", () => {
    const activations = lessonOf("activations");
    const changed = activations.source
      .replace("[3, 3, 3, 4]", "[3, 3, 3, 2]")
      .replace("[0, 3, -3, -12]", "[0, 3]");
    const trace = traceOf(changed);
    const [, steepest, , , last] = activations.questions;
    expect(ask(last!, trace)).toBeUndefined();
    expect(judge(last!, trace, "exactly 0")).toBeUndefined();
    expect(judge(steepest!, trace, "nearly 1.5")!.right).toBe(true);
  });

  test("takes shapes and numbers as they are typed", () => {
    const neuron = traceOf(source);
    const value = questions[2]!;
    expect(judge(value, neuron, "−2.44")).toMatchObject({ right: true, actual: "−2.437" });
    expect(judge(value, neuron, "-2,44")).toMatchObject({ right: true });
    expect(judge(value, neuron, "2.44")).toMatchObject({ right: false });
    expect(judge(value, neuron, "what?")).toMatchObject({ right: false });
    const broadcasting = lessonOf("broadcasting");
    const shape = broadcasting.questions[0]!;
    const trace = broadcasting.record();
    expect(judge(shape, trace, "3 2")).toMatchObject({ right: true, actual: "[3, 2]" });
    expect(judge(shape, trace, "[2]")).toMatchObject({ right: false });
  });
});
