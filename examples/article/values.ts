// Part 1: the two functions, their values on the grid of the article against exact ones, their derivatives, and the
// figures.
import { arange, grad, K, plot, type Tensor, tensor } from "chainrule";
import { decimal, heading, save, table, verify } from "./report.ts";

/** The article's definitions, word for word. */
export const hard_swish = (x: Tensor) => x.mul(K.relu(x.add(3), { maxValue: 6 }).div(6));
export const swish = (x: Tensor) => x.mul(K.sigmoid(x));

// The same in plain arithmetic, to compare with: nothing of the library is used.
const exact = {
  hard_swish: (x: number) => (x <= -3 ? 0 : x >= 3 ? x : (x * (x + 3)) / 6),
  swish: (x: number) => x / (1 + Math.exp(-x)),
  hard_swish_slope: (x: number) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
  swish_slope: (x: number) => (1 + Math.exp(-x) + x * Math.exp(-x)) / (1 + Math.exp(-x)) ** 2,
};
const grid = Array.from({ length: 101 }, (_, i) => (i - 50) / 5);

/** Prints the part and gives the article's figure. */
export function values(): string {
  heading("1. Definition as a function");
  console.log("  h-swish(x) = x · ReLU6(x + 3) / 6\n    swish(x) = x · sigmoid(x)");

  // An array from -10 to 10 in steps of 0.2, and a tensor of it.
  const inputs = arange(-10, 10.2, 0.2);
  const inputs_v = K.variable(inputs);
  // The functions of the tensor, and their results as arrays.
  const outputs_hs = K.getValue(hard_swish(inputs_v)).data;
  const outputs_s = K.getValue(swish(inputs_v)).data;

  const notes = new Map([
    [-1.6, "①"],
    [-1.2, "②"],
    [-3, "③"],
    [3, "③"],
  ]);
  const shown = [-10, -6, -4, -3, -2, -1.6, -1.2, -1, -0.4, 0, 0.4, 1, 2, 3, 4, 6, 10];

  heading(`2. Values on the grid of the article: arange(-10, 10.2, 0.2), ${inputs.size} points, float32`);
  const rows = shown.map((x) => {
    const i = grid.indexOf(x);
    const [hs, s] = [outputs_hs[i]!, outputs_s[i]!];
    const values = [hs, exact.hard_swish(x), s, exact.swish(x), hs - s].map((value) => decimal(value, 7));
    return [decimal(x, 1), ...values, notes.get(x) ?? ""];
  });
  console.log(table(["x", "hard_swish", "exact", "swish", "exact", "difference"], rows));

  /** Where a list is largest, and how large. */
  function largest(list: readonly number[]): { at: number; value: number } {
    const value = Math.max(...list);
    return { at: grid[list.indexOf(value)]!, value };
  }
  const deviation = largest(
    grid.map((x, i) =>
      Math.max(Math.abs(outputs_hs[i]! - exact.hard_swish(x)), Math.abs(outputs_s[i]! - exact.swish(x))),
    ),
  );
  const leastHs = largest(grid.map((_, i) => -outputs_hs[i]!));
  const leastS = largest(grid.map((_, i) => -outputs_s[i]!));
  const difference = largest(grid.map((_, i) => Math.abs(outputs_hs[i]! - outputs_s[i]!)));
  console.log(`
  ① least hard_swish     ${decimal(-leastHs.value, 7)} at x = ${decimal(leastHs.at, 1)}
  ② least swish          ${decimal(-leastS.value, 7)} at x = ${decimal(leastS.at, 1)}
  ③ largest difference    ${decimal(difference.value, 7)} at x = ±${Math.abs(difference.at)}
    float32 is off by     ${deviation.value.toExponential(1)} at most`);

  verify("points of the grid", inputs.size, 101, 0);
  verify("least hard_swish", -leastHs.value, -0.3733333, 5e-8);
  verify("where hard_swish is least", leastHs.at, -1.6, 0);
  verify("least swish", -leastS.value, -0.2777703, 5e-8);
  verify("where swish is least", leastS.at, -1.2, 0);
  verify("largest difference", difference.value, 0.14228, 5e-6);
  verify("where the difference is largest", Math.abs(difference.at), 3, 0);
  verify("float32 against exact", deviation.value, 0, 1e-6);

  heading("3. Derivatives, by grad");
  const slope_hs = grad((x: Tensor) => hard_swish(x).sum());
  const slope_s = grad((x: Tensor) => swish(x).sum());
  const places = [-6, -3, -2.9, -2.4, -1.5, 0, 1.5, 2.4, 2.9, 3, 6];
  const at = tensor(places, { dtype: "float64" });
  const slopes = { hard_swish: slope_hs(at).data, swish: slope_s(at).data };
  const slopeRows = places.map((x, i) => {
    const pairs = [
      [slopes.hard_swish[i]!, exact.hard_swish_slope(x)],
      [slopes.swish[i]!, exact.swish_slope(x)],
    ] as const;
    for (const [actual, expected] of pairs) verify(`slope at ${x}`, actual, expected, 1e-12);
    const jump = x === -3 ? "← jumps to −0.5" : x === 3 ? "← jumps from 1.5" : "";
    return [decimal(x, 1), ...pairs.flat().map((value) => decimal(value, 7)), jump];
  });
  console.log(table(["x", "hard_swish′", "exact", "swish′", "exact"], slopeRows));

  const figure = plot({
    functions: { hard_swish, swish },
    domain: [-10, 10],
    step: 0.2,
    title: "hard_swish and swish",
  });
  const derivatives = plot({
    functions: { hard_swish, swish },
    derivatives: 2,
    title: "hard_swish, swish and their derivatives",
  });
  save("article-figure.svg", figure);
  save("article-derivatives.svg", derivatives);
  return figure;
}
