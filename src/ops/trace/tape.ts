import { allocate, type Cells, type DType } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { reference } from "../../kernels/reference/reference.ts";
import type { Place } from "../../kernels/wasm/instruction.ts";
import { isView } from "../../kernels/work.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import { type Node, type Tensor, Variable } from "../../tensor/tensor.ts";
import { traced } from "../../tensor/tracing.ts";
import { isContiguous, type View, viewOf } from "../../view.ts";
import { noGrad } from "../recording.ts";

/** Memory that a program reads or writes. */
export interface Buffer {
  readonly dtype: DType;
  readonly size: number;
  /** What it holds: a placeholder's value, a variable's, a constant, or (undefined) what calls write. */
  readonly of: Tensor | undefined;
  /** The calls that write it, one after another. */
  readonly writers: Call[];
}

/** A call of a kernel. The views have stand-ins for cells: empty arrays, each of which means a buffer. */
export interface Call {
  readonly index: number;
  readonly kernel: keyof Kernels;
  readonly args: readonly unknown[];
  readonly reads: readonly View[];
  readonly out: View;
}

/** Attributes as a key: JSON knows no infinities and no −0. */
const keyOf = (attrs: object): string =>
  JSON.stringify(attrs, (_, value: unknown) => {
    if (Object.is(value, -0)) return "-0";
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });

/** The shape without its axes of size 1: views that have it in common can be gone through together. */
export const cellsOf = ({ shape }: View): string => String(shape.filter((size) => size !== 1));

/** A number for each object, for keys. */
function numbering(): (of: object) => number {
  const numbers = new Map<object, number>();
  return (of) => {
    const known = numbers.get(of);
    if (known !== undefined) return known;
    numbers.set(of, numbers.size);
    return numbers.size - 1;
  };
}

/**
 * What a traced function does, as calls of kernels. The ops themselves write it: each runs its `forward`, or its parts, on
 * kernels that only note what they are asked for. What is asked for twice is noted once; what copies all cells in their
 * order is another name for the same buffer.
 */
export class Tape {
  readonly calls: Call[] = [];
  readonly buffers = new Map<Cells, Buffer>();
  readonly #views = new Map<Tensor, View>();
  readonly #known = new Map<string, View>();
  /** What a stand-in stands for now, where that has changed: a copy, or a buffer written anew. */
  readonly #renamed = new Map<Cells, Cells>();
  readonly #id = numbering();
  readonly #recorder: Kernels;

  /** `inputs` are the placeholders that will get values. */
  constructor(inputs: readonly Tensor[]) {
    const notes = Object.keys(reference).map((name) => [
      name,
      (...args: readonly unknown[]) => this.#note(name as keyof Kernels, args),
    ]);
    this.#recorder = Object.fromEntries(notes) as Kernels;
    for (const x of inputs) this.#views.set(x, this.#buffer(x.dtype, x.shape, x));
  }

  /**
   * The place of a tensor's value; notes all calls that lead to it.
   *
   * @throws If it depends on a placeholder that is none of the inputs.
   */
  view(x: Tensor): View {
    for (const next of this.#missing(x)) this.#views.set(next, this.#make(next));
    return this.#views.get(x)!;
  }

  /** The buffer that cells lie in. */
  buffer({ data }: Place): Buffer {
    return this.buffers.get(data)!;
  }

  /** Whether a view shows a whole buffer, cell by cell in order. */
  isWhole(view: View): boolean {
    return view.offset === 0 && sizeOf(view.shape) === this.buffer(view).size && isContiguous(view);
  }

  /** Whether a call that reads a view for `out` reads all of its buffer, each cell for the one in the same place. */
  isCellByCell(view: View, out: View): boolean {
    return this.isWhole(view) && cellsOf(view) === cellsOf(out);
  }

  /** The tensors on the way to `x` that have no place yet, inputs before results. */
  #missing(x: Tensor): Tensor[] {
    const seen = new Set<Tensor>();
    const pending = [x];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (seen.has(next) || this.#views.has(next)) continue;
      seen.add(next);
      if (isOpen(next) && next.node) pending.push(...next.node.inputs);
    }
    return [...seen].sort((a, b) => a.id - b.id);
  }

  #make(x: Tensor): View {
    if (x instanceof Variable) return this.#buffer(x.dtype, x.shape, x);
    if (!isOpen(x)) return this.#constant(x);
    const { node } = x;
    if (node === undefined) {
      throw new ChainruleError(
        `compile: a result depends on a placeholder ${formatShape(x.shape)} that is none of the arguments`,
      );
    }
    const inputs = node.inputs.map((input) => this.#views.get(input)!);
    const places = inputs.map(({ data, shape }) => `${this.#id(data)}[${shape}]`);
    const key = `${this.#id(node.op)} ${keyOf(node.attrs)} ${places} ${x.dtype}[${x.shape}]`;
    return this.#once(key, () => this.#result(x, node, inputs));
  }

  /** Numbers that ops were given, such as the 3 of `x.add(3)`, are made anew in each call, but are the same. */
  #constant(x: Tensor): View {
    const make = () => this.#buffer(x.dtype, x.shape, x);
    return x.size === 1
      ? this.#once(`${x.dtype}[${x.shape}] ${1 / x.data[0]! < 0 ? "-" : ""}${x.data[0]}`, make)
      : make();
  }

  #once(key: string, make: () => View): View {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known;
  }

  #result(x: Tensor, { op, attrs, inputs }: Node, views: readonly View[]): View {
    const inner = traced(() => noGrad(() => op.parts(inputs, attrs)));
    if (inner !== undefined) return this.view(inner);
    const out = this.#buffer(x.dtype, x.shape, undefined);
    op.forward(this.#recorder, views, out, attrs);
    return this.#current(out);
  }

  #buffer(dtype: DType, shape: readonly number[], of: Tensor | undefined): View {
    const cells = allocate(dtype, 0);
    this.buffers.set(cells, { dtype, size: sizeOf(shape), of, writers: [] });
    return viewOf(cells, shape);
  }

  #current(view: View): View {
    const data = this.#renamed.get(view.data);
    return data === undefined ? view : { ...view, data };
  }

  /** Notes a call; its last view is what it writes. */
  #note(kernel: keyof Kernels, given: readonly unknown[]): void {
    const args = given.map((arg) => (isView(arg) ? this.#current(arg) : arg));
    const views = args.filter(isView);
    const reads = views.slice(0, -1);
    let out = views.at(-1)!;
    const last = args.lastIndexOf(out);
    if (sizeOf(out.shape) === 0) return;
    if (kernel === "copy" && this.#renames(reads[0]!, out)) return;
    if (this.isWhole(out) && this.buffer(out).writers.length > 0) out = this.#afresh(given, out);
    const call: Call = {
      index: this.calls.length,
      kernel,
      args: args.map((arg, i) => (i === last ? out : arg)),
      reads,
      out,
    };
    this.buffer(out).writers.push(call);
    this.calls.push(call);
  }

  /** A copy of a whole buffer to a whole buffer is no call. */
  #renames(x: View, out: View): boolean {
    const [from, to] = [this.buffer(x), this.buffer(out)];
    if (from.dtype !== to.dtype || from.size !== to.size || to.writers.length > 0) return false;
    if (!this.isWhole(x) || !this.isWhole(out)) return false;
    this.#renamed.set(out.data, x.data);
    return true;
  }

  /** Another buffer for what is written a second time, so that each whole value has its own. */
  #afresh(given: readonly unknown[], out: View): View {
    const fresh = this.#buffer(this.buffer(out).dtype, out.shape, undefined);
    const original = given.filter(isView).at(-1)!;
    this.#renamed.set(original.data, fresh.data);
    return fresh;
  }
}

/** Whether the value is not known in the trace. */
const isOpen = (x: Tensor): boolean => x instanceof Variable || x.symbolic;
