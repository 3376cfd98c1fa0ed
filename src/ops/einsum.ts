import { ensure } from "../errors.ts";
import { sameSize, sizeOf } from "../shape.ts";
import { eye } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { mul } from "./arithmetic.ts";
import { lead, text } from "./attributes.ts";
import { matmul } from "./matmul.ts";
import { op } from "./op.ts";
import { reshape, transpose } from "./rearrange.ts";
import { sum } from "./reduce.ts";

/** A tensor whose axes have letters. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: string;
}

function parse(subscripts: string, ranks: readonly number[]): { inputs: string[]; output: string } {
  const [left, right, ...more] = subscripts.replaceAll(" ", "").split("->");
  const inputs = left!.split(",");
  ensure(
    more.length === 0 && [...inputs, right ?? ""].every((labels) => /^[a-zA-Z]*$/.test(labels)),
    () => `subscripts ${JSON.stringify(subscripts)} must look like "ij,jk->ik"`,
  );
  ensure(
    inputs.length === ranks.length,
    () => `subscripts name ${inputs.length} inputs; received ${ranks.length}`,
  );
  inputs.forEach((labels, i) => {
    ensure(
      labels.length === ranks[i],
      () => `"${labels}" names ${labels.length} axes of input ${i}, which has ${ranks[i]}`,
    );
  });
  const all = inputs.join("");
  // Without an arrow: the letters that appear once, in alphabetical order.
  const once = [...new Set(all)]
    .filter((label) => all.split(label).length === 2)
    .sort()
    .join("");
  const output = right ?? once;
  for (const label of output) {
    ensure(all.includes(label), () => `"${label}" of the result appears in no input`);
  }
  ensure(new Set(output).size === output.length, () => `the result names an axis twice: "${output}"`);
  return { inputs, output };
}

/** Keeps the diagonal of axes that share a letter: "ii" becomes "i". */
function diagonal({ x, labels }: Labelled): Labelled {
  const second = [...labels].findIndex((label, i) => labels.indexOf(label) !== i);
  if (second === -1) return { x, labels };
  const first = labels.indexOf(labels[second]!);
  const size = x.shape[first]!;
  ensure(!Number.isNaN(size), () => `"${labels[second]}" is there twice, so its size must be known`);
  ensure(
    size === x.shape[second],
    () => `"${labels[second]}" names axes of sizes ${size} and ${x.shape[second]}`,
  );
  const mask = reshape(
    eye(size, "bool"),
    x.shape.map((_, i) => (i === first || i === second ? size : 1)),
  );
  return diagonal({
    x: sum(mul(x, mask), second),
    labels: labels.slice(0, second) + labels.slice(second + 1),
  });
}

/** Sums over the axes that nobody else needs. */
function reduceTo({ x, labels }: Labelled, needed: string): Labelled {
  const gone = [...labels].flatMap((label, i) => (needed.includes(label) ? [] : [i]));
  if (gone.length === 0) return { x, labels };
  return {
    x: sum(x, { axis: gone }),
    labels: [...labels].filter((label) => needed.includes(label)).join(""),
  };
}

const arrange = ({ x, labels }: Labelled, order: string): Tensor =>
  transpose(
    x,
    [...order].map((label) => labels.indexOf(label)),
  );

/** Multiplies two tensors as one batched matrix product, keeping the axes that are still needed. */
function contract(a: Labelled, b: Labelled, needed: string): Labelled {
  const both = [...a.labels].filter((label) => b.labels.includes(label));
  const sizes = new Map([...a.labels].map((label, i) => [label, a.x.shape[i]!]));
  [...b.labels].forEach((label, i) => {
    const size = sizes.get(label);
    ensure(
      size === undefined || sameSize(size, b.x.shape[i]!),
      () => `"${label}" has size ${size} in one input and ${b.x.shape[i]} in another`,
    );
    sizes.set(label, b.x.shape[i]!);
  });
  const batch = both.filter((label) => needed.includes(label)).join("");
  const inner = both.filter((label) => !needed.includes(label)).join("");
  const rows = [...a.labels].filter((label) => !both.includes(label)).join("");
  const columns = [...b.labels].filter((label) => !both.includes(label)).join("");
  const dims = (labels: string) => [...labels].map((label) => sizes.get(label)!);
  const count = (labels: string) => sizeOf(dims(labels));
  const left = reshape(arrange(a, batch + rows + inner), [...dims(batch), count(rows), count(inner)]);
  const right = reshape(arrange(b, batch + inner + columns), [...dims(batch), count(inner), count(columns)]);
  const labels = batch + rows + columns;
  return { x: reshape(matmul(left, right), dims(labels)), labels };
}

/**
 * Sums of products named by the letters of the axes: `"ij,jk->ik"` is the matrix product. Pairs of inputs are
 * contracted from left to right as batched matrix products. numpy: `einsum` (without the ellipsis).
 *
 * @throws If the subscripts do not fit the shapes.
 * @example
 * ```ts
 * deepEqual(einsum([[[1, 2], [3, 4]], [1, 10]], "ij,j->i").toArray(), [21, 43]);
 * ```
 */
export const einsum = op("einsum", ["...xs"], { subscripts: lead(text()) })({
  tex: ({ subscripts }) => tex`\operatorname{einsum}_{${subscripts.replace("->", tex` \to `)}}(#xs)`,
  numbers: "any",
  parts: ({ xs }, { subscripts }) => {
    const { inputs, output } = parse(
      subscripts,
      xs.map((x) => x.rank),
    );
    const labelled = xs.map((x, i) => diagonal({ x, labels: inputs[i]! }));
    const neededAfter = (i: number) =>
      output +
      labelled
        .slice(i)
        .map(({ labels }) => labels)
        .join("");
    const result = labelled.reduce((left, right, i) =>
      contract(
        reduceTo(left, neededAfter(i)),
        reduceTo(right, left.labels + neededAfter(i + 1)),
        neededAfter(i + 1),
      ),
    );
    return arrange(reduceTo(result, output), output);
  },
});
