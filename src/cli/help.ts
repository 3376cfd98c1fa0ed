import { lessons } from "../stepper/lessons/index.ts";
import { commands } from "../stepper/terminal/commands.ts";

const rows = (entries: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`).join("\n");
};

/** What `--help` prints. */
export const help =
  (): string => `Steps through the forward and the backward pass of a program, one rule at a time.

chainrule step FILE        a module that exports a loss
chainrule step NAME        a lesson
chainrule step TRACE.json  a trace that was saved
chainrule lessons          all lessons as a page, served on this machine (--port N, --open)

A module exports \`loss\`, or as its default a function that gives a scalar tensor, or a tensor; and \`inputs\`, if
the function takes any: an object of numbers and lists. It may also export a \`trace\` made with record().

  // neuron.mjs
  import { variable } from "chainrule";
  const w = variable(0.5, { name: "w" });
  export const inputs = { x: 2, y: 1 };
  export const loss = ({ x, y }) => w.mul(x).sub(y).square();

In a terminal, keys go through the steps. Elsewhere, and with --plain, all steps are printed as text.

Options of step
${rows([
  ["--export NAME", "step through this export of the module"],
  ["--lesson", "ask before steps are shown: a lesson its questions, else what each step back gives"],
  ["--json FILE", "save the trace and do nothing else"],
  ["--html FILE", "save one page that shows the trace, with nothing to load"],
  ["--plain", "print text, also in a terminal"],
  ["--by step|op|layer", "how much text: all of each step, a line for each step, a line for each layer"],
  ["--from N, --to N", "print only these steps"],
])}

Lessons
${rows(lessons.map(({ name, title }) => [name, title]))}

Keys
${rows(commands.map(({ shown, help: about }) => [shown, about]))}

chainrule --help     this text
chainrule --version  the version`;
