import { noGrad, recorded } from "../../ops/recording.ts";
import { Leaf, Tensor } from "../../tensor/tensor.ts";
import { flowOf, totalsOf } from "./flow.ts";
import { Origins } from "./origins.ts";
import { type Recorded, Recorder } from "./recorder.ts";
import { sampleOf, wholeCells } from "./sample.ts";
import { Trace } from "./trace.ts";

/** Of a large tensor, so many cells of an op's parts go into a file. */
const savedCells = 256;

type Pick = (x: Tensor) => Tensor;

const whole: Pick = (x) => x;

/** Some cells of a large tensor, as a tensor of their own. */
const some: Pick = (x) => {
  if (x.size <= wholeCells) return x;
  const { axes, cells } = sampleOf(x.data, x.shape, true, savedCells);
  const kept = new Float64Array(Array.from(cells));
  return new Tensor(
    axes.map(({ count }) => count),
    x.dtype,
    x.dtype === "float64" ? kept : Float32Array.from(kept),
  );
};

/** The parts of an op, computed anew on the values and the upstream gradient of the trace. */
function traceOf(result: Tensor, upstream: Tensor, pick: Pick): Trace | undefined {
  const { op, inputs, attrs } = result.node!;
  const stands = inputs.map((x) => {
    const { shape, dtype, data } = pick(x);
    return x.tracked ? new Leaf(shape, dtype, data) : new Tensor(shape, dtype, data);
  });
  const y = recorded(() => op.parts(stands, attrs));
  if (y?.node === undefined) return undefined;
  const names = new Map(stands.map((x, slot) => [x, op.inputName(slot)]));
  const { made, ...tables } = new Recorder(names).record(y, {
    wanted: (x) => x instanceof Leaf && names.has(x),
    upstream: noGrad(() => pick(upstream)),
  });
  const complete = { ...tables, program: undefined };
  return new Trace(complete, {
    flow: () => flowOf(complete),
    origins: new Origins({ ...tables, made }),
    ...partsOf({ ...tables, made }),
  });
}

/** Opens ops of a trace into their parts: for a look, and for a file. */
export function partsOf({ nodes, steps, tensors, made }: Recorded): {
  open(node: number): Trace | undefined;
  saved(node: number): Trace | undefined;
} {
  const totals = totalsOf(steps);
  const known = new Map<number, Trace | undefined>();
  const opened = (node: number, pick: Pick): Trace | undefined => {
    const total = totals.get(node);
    if (nodes[node]?.kind !== "op" || total === undefined) return undefined;
    return traceOf(made[node]!, tensors[total]!.tensor, pick);
  };
  return {
    open: (node) => {
      if (!known.has(node)) known.set(node, opened(node, whole));
      return known.get(node);
    },
    // Cells of a large result can be looked at without the rest only if each is computed by itself.
    saved: (node) =>
      nodes[node]!.pointwise || made[node]!.size <= wholeCells ? opened(node, some) : undefined,
  };
}
