import { allocate, type Cells, type DType, dtypeOf } from "../../../src/dtype.ts";
import type { BinaryName, UnaryName } from "../../../src/kernels/kernels.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { binary, unary } from "../../../src/kernels/reference/scalar.ts";
import { canFuse, type Fused, type FusedStep, type Ref } from "../../../src/kernels/wasm/fused/fused.ts";
import type { Stream } from "../../../src/random.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { type View, viewOf } from "../../../src/view.ts";

const kinds: readonly DType[] = ["float32", "int32", "bool"];

const floats = [0, -0, 1, -1, 0.5, 2.5, -7.25, 1e-40, 3e38, -1e9, Infinity, -Infinity, Number.NaN];

const cellOf = (random: Stream, dtype: DType): number => {
  if (dtype === "bool") return random.below(2);
  if (dtype === "int32") return random.below(2) ? random.below(2 ** 32) - 2 ** 31 : random.below(9) - 4;
  return random.below(4) ? random.uniform() * 8 - 4 : floats[random.below(floats.length)]!;
};

const pick = <T>(random: Stream, items: readonly T[]): T => items[random.below(items.length)]!;

const shuffled = (random: Stream, count: number): number[] => {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};

/** A view of random cells: row-major, or stretched along some axes, transposed, with gaps or backwards. */
export function randomView(random: Stream, shape: Shape, dtype: DType): View {
  const rank = shape.length;
  const isPlain = random.below(3) === 0;
  const order = isPlain || random.below(2) ? shape.map((_, i) => i) : shuffled(random, rank);
  const stride = new Array<number>(rank).fill(0);
  let cells = 1;
  let offset = 0;
  for (const axis of [...order].reverse()) {
    if (!isPlain && random.below(3) === 0) continue;
    const gap = isPlain || random.below(4) ? 1 : 1 + random.below(3);
    const isBackward = !isPlain && random.below(6) === 0;
    stride[axis] = (isBackward ? -gap : gap) * cells;
    if (isBackward) offset += (shape[axis]! - 1) * gap * cells;
    cells *= shape[axis]! * gap;
  }
  const before = random.below(4);
  const data = allocate(dtype, before + Math.max(cells, 1) + random.below(4));
  for (let i = 0; i < data.length; i++) data[i] = cellOf(random, dtype);
  return { data, shape, stride, offset: before + offset };
}

// Functions that give the very bits of the reference.
const exactUnary: readonly UnaryName[] = [
  ...(["neg", "abs", "sign", "floor", "square", "reciprocal", "sqrt", "logicalNot", "isFinite"] as const),
];
const exactBinary: readonly BinaryName[] = [
  ...(["add", "sub", "mul", "div", "maximum", "minimum", "equal", "notEqual", "less", "lessEqual"] as const),
  ...(["greater", "greaterEqual", "logicalAnd", "logicalOr"] as const),
];

type Operand = Ref & { readonly dtype: DType };

/** A step on some of the values, and the dtype of its result; `undefined` if chance proposed what does not go. */
function randomStep(random: Stream, values: readonly Operand[]): [FusedStep, DType] | undefined {
  const x = pick(random, values);
  const like = (dtype: DType): Ref => {
    const known = values.filter((value) => value.dtype === dtype);
    if (known.length > 0 && random.below(4)) return pick(random, known);
    return { constant: cellOf(random, dtype), dtype };
  };
  const result = (name: Parameters<typeof canFuse>[0], ...operands: DType[]) =>
    kinds.find((dtype) => canFuse(name, operands, dtype));
  switch (random.below(6)) {
    case 0: {
      const name = pick(random, exactUnary);
      const dtype = result(name, x.dtype);
      return dtype && [{ kind: "unary", name, x }, dtype];
    }
    case 1: {
      const dtype = pick(random, kinds);
      return canFuse("copy", [x.dtype], dtype) ? [{ kind: "copy", x, dtype }, dtype] : undefined;
    }
    case 2:
      return [{ kind: "select", condition: like("bool"), a: x, b: like(x.dtype) }, x.dtype];
    default: {
      const name = pick(random, exactBinary);
      const dtype = result(name, x.dtype, x.dtype);
      const [a, b] = random.below(2) ? [x, like(x.dtype)] : [like(x.dtype), x];
      return dtype && [{ kind: "binary", name, a, b }, dtype];
    }
  }
}

/** A random expression of random inputs, with outputs between other cells. */
export function randomFused(random: Stream, shape: Shape): Fused {
  const inputs = Array.from({ length: 1 + random.below(4) }, () =>
    randomView(random, shape, pick(random, kinds)),
  );
  const values: Operand[] = inputs.map(({ data }, input) => ({ input, dtype: dtypeOf(data) }));
  const steps: FusedStep[] = [];
  for (let tries = random.below(24); tries > 0; tries--) {
    const made = randomStep(random, values);
    if (made === undefined) continue;
    values.push({ step: steps.push(made[0]) - 1, dtype: made[1] });
  }
  const outputs = Array.from({ length: 1 + random.below(3) }, () => {
    const value = random.below(3) ? values.at(-1)! : pick(random, values);
    const data = allocate(value.dtype, sizeOf(shape) + 8);
    return { value, out: { ...viewOf(data, shape), offset: 1 + random.below(7) } };
  });
  return { shape, inputs, steps, outputs };
}

/** The cells of the outputs, step by step on the reference. */
export function expectedOf({ shape, inputs, steps, outputs }: Fused): Cells[] {
  const fresh = (dtype: DType): View => viewOf(allocate(dtype, sizeOf(shape)), shape);
  const dense = inputs.map((view) => {
    const out = fresh(dtypeOf(view.data));
    reference.copy(view, out);
    return out;
  });
  const results: View[] = [];
  const at = (ref: Ref): View => {
    if ("input" in ref) return dense[ref.input]!;
    if ("step" in ref) return results[ref.step]!;
    const out = fresh(ref.dtype ?? "float32");
    reference.fill(ref.constant, out);
    return out;
  };
  const dtypeAfter = (name: UnaryName | BinaryName, operands: readonly View[]): DType => {
    const dtypes = operands.map(({ data }) => dtypeOf(data));
    return kinds.find((dtype) => canFuse(name, dtypes, dtype))!;
  };
  for (const step of steps) {
    if (step.kind === "copy") {
      const out = fresh(step.dtype);
      reference.copy(at(step.x), out);
      results.push(out);
      continue;
    }
    if (step.kind === "select") {
      const [condition, a, b] = [at(step.condition), at(step.a), at(step.b)];
      const out = fresh(dtypeOf(a.data));
      reference.select(condition, a, b, out);
      results.push(out);
      continue;
    }
    const [a, b = a] = (step.kind === "unary" ? [step.x] : [step.a, step.b]).map(at);
    const out = fresh(dtypeAfter(step.name, step.kind === "unary" ? [a!] : [a!, b!]));
    const f = step.kind === "unary" ? unary[step.name] : binary[step.name];
    // JavaScript rounds large products before it takes them modulo 2³².
    const isProduct = dtypeOf(a!.data) === "int32" && (step.name === "mul" || step.name === "square");
    for (const [i, x] of a!.data.entries()) {
      out.data[i] = isProduct ? Math.imul(x, b!.data[i]!) : f(x, b!.data[i]!);
    }
    results.push(out);
  }
  return outputs.map(({ value }) => at(value).data);
}
