// Traces to be stepped through in a browser.

import * as c from "../../src/index.ts";
import { record, type Trace } from "../../src/stepper/index.ts";

const source = `const z = w.mul(x).add(b);
const y = swish(z);
return y.sub(t).square();
`;

/** With the lines of the program above, whatever file it was recorded in. */
function withProgram(trace: Trace): string {
  const saved = JSON.parse(JSON.stringify(trace));
  saved.program = { source, language: "ts" };
  const lines: Readonly<Record<string, number>> = { mul: 1, add: 1, silu: 2, sub: 3, square: 3 };
  for (const node of saved.nodes)
    node.source = node.op && { file: "neuron.ts", line: lines[node.op], column: 1 };
  return JSON.stringify(saved);
}

/** A neuron with one input: (swish(w·x + b) − t)². */
export function neuron(): string {
  const w = c.variable(0.5, { name: "w" });
  const b = c.variable(-0.2, { name: "b" });
  const f = ({ x, t }: { x: c.Tensor; t: c.Tensor }) => c.swish(w.mul(x).add(b)).sub(t).square();
  return withProgram(record(f, { x: 1.5, t: 1 }));
}

/** x · x, whose gradient arrives in two parts. */
export function square(): Trace {
  const x = c.variable(3, { name: "x", dtype: "float64" });
  return record(() => x.mul(x));
}

/** Rows and a bias that was stretched. */
export function matrix(): Trace {
  const w = c.variable(
    [
      [1, -2, 0],
      [0.5, 4, -1],
    ],
    { name: "w", dtype: "float64" },
  );
  const b = c.variable([3, -1, 2], { name: "b", dtype: "float64" });
  return record(() => w.mul(2).add(b).relu().sum());
}

/** A gradient that is NaN, and one that is all zeros. */
export function sick(): Trace {
  const x = c.variable([0, -1, 0], { name: "x", dtype: "float64" });
  return record(() => x.relu().mul(2).sum().add(x.sqrt().sum()));
}

/** Two layers with a connection around the second. */
export function residual(): Trace {
  c.clearSession();
  c.setSeed(2);
  const inputs = c.Input({ shape: [6] });
  const first = c.Dense(6, { activation: "relu" })(inputs);
  const second = c.Dense(6)(first);
  const third = c.Dense(6, { activation: "tanh" })(second);
  const model = c.Model(inputs, c.Add()([first, third]));
  return record(({ x }) => model(x).square().mean(), { x: c.randomNormal([4, 6]) });
}

export const bad = '<img src=x onerror="window.pwned = 1"><script>window.pwned = 1</script>';

/** A file whose every text tries to run a script. */
export function hostile(): string {
  const saved = JSON.parse(neuron());
  saved.program = { source: `${bad}\n`.repeat(3), language: "ts" };
  saved.groups = [{ name: bad, kind: bad, call: 0 }];
  for (const node of saved.nodes) {
    node.label = `${bad} ${node.label}`;
    node.slots = node.slots.map(() => bad);
    node.group = node.op && 0;
    if (node.op) node.op = bad;
    if (node.formula) node.formula = { tex: String.raw`\mathrm{${bad}} + \${bad}`, level: "atom" };
    node.attributes = { axis: bad };
  }
  for (const step of saved.steps) {
    step.name = bad;
    if (step.rule)
      step.rule = {
        formula: { tex: String.raw`\bar{${bad}} \frac{${bad}}{#dy}`, level: "atom" },
        bind: step.rule.bind,
      };
  }
  for (const row of saved.flow) row.layer = bad;
  return JSON.stringify(saved);
}

/** Very many ops, made by a line in the middle of a very long program. */
export function long(): string {
  const x = c.variable(1, { name: "x" });
  const program = Array.from({ length: 60_000 }, (_, i) => `line ${i + 1}`).join("\n");
  const chain = () => {
    let y: c.Tensor = x;
    for (let i = 0; i < 1500; i++) y = y.neg();
    return y;
  };
  const saved = JSON.parse(JSON.stringify(record(chain)));
  saved.program = { source: program, language: "js" };
  for (const node of saved.nodes) node.source = node.op && { file: "long.js", line: 50_000, column: 1 };
  return JSON.stringify(saved);
}
