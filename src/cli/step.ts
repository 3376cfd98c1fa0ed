import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { nearest, show } from "../errors.ts";
import { type Lesson, lessons } from "../stepper/lessons/index.ts";
import { type Grain, plainText } from "../stepper/terminal/plain.ts";
import { start } from "../stepper/terminal/state.ts";
import { Failure } from "./failure.ts";
import { interact } from "./interact.ts";
import { type Opened, openFile } from "./program.ts";

const options = {
  export: { type: "string" },
  lesson: { type: "boolean", default: false },
  json: { type: "string" },
  html: { type: "string" },
  plain: { type: "boolean", default: false },
  by: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
} as const;

function lessonOpened(lesson: Lesson): Opened {
  return {
    title: `${lesson.name}: ${lesson.title}`,
    trace: lesson.record(),
    questions: lesson.questions,
    file: undefined,
  };
}

async function open(target: string, name: string | undefined): Promise<Opened> {
  const lesson = lessons.find((one) => one.name === target);
  if (lesson !== undefined) return lessonOpened(lesson);
  if (!existsSync(target) && /^[\w-]+$/.test(target)) {
    const known = nearest(
      target,
      lessons.map((one) => one.name),
    ).join(", ");
    throw new Failure(`there is no file and no lesson ${show(target)}; lessons: ${known}`);
  }
  return openFile(target, name);
}

const stepNumber = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Failure(`--${name}: expected the number of a step; received ${show(text)}`);
};

function save(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Failure(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The text of the element: beside this folder once it is built, or in `dist/` when the sources are run. */
function elementText(): string {
  const found = ["../backprop-stepper.js", "../../dist/backprop-stepper.js"]
    .map((path) => new URL(path, import.meta.url))
    .find(existsSync);
  if (found === undefined) throw new Failure("step: the element is not built: run npm run build first");
  return readFileSync(found, "utf8");
}

const isTerminal = (): boolean =>
  process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== "dumb";

/**
 * `chainrule step`: goes through a program, a lesson or a saved trace, with keys in a terminal, else as text.
 *
 * @throws {@link Failure} that says what is wrong with the call or with the program.
 */
export async function step(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) {
    throw new Failure(
      `step: expected a file or a lesson; received ${positionals.length === 0 ? "none" : positionals.join(" ")}. See chainrule --help.`,
    );
  }
  const [from, to] = [stepNumber("from", values.from), stepNumber("to", values.to)];
  const opened = await open(target, values.export);
  const { trace, title, questions, file } = opened;
  if (trace.length === 0) throw new Failure(`${title}: the trace has no steps`);
  if (values.json !== undefined) {
    save(values.json, JSON.stringify(trace));
    console.log(`saved ${trace.length} steps in ${values.json}`);
  } else if (values.html !== undefined) {
    save(values.html, trace.toHTML({ element: elementText(), title }));
    console.log(`saved ${trace.length} steps in ${values.html}`);
  } else if (!values.plain && isTerminal()) {
    await interact(
      start(trace, title, { predicting: values.lesson, questions, file }),
      process.stdin,
      process.stdout,
    );
  } else {
    const told = plainText(trace, { by: values.by as Grain | undefined, from, to, file });
    console.log(`${title}\n\n${told}`);
  }
}
