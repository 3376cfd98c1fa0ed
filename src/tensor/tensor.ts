import type { NdArray } from "ndarray";
import type { Cells, DType } from "../dtype.ts";
import { ChainruleError, ensure, saying } from "../errors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { ensureFits, formatShape, type Shape, sizeOf } from "../shape.ts";
import type { Formula } from "../tex.ts";
import { type View, viewOf } from "../view.ts";
import { readRaw, toCells, type Value } from "./convert.ts";
import { type Nested, toNdArray, toNested } from "./export.ts";
import { formatTensor } from "./format.ts";
import { isTracing } from "./tracing.ts";

/** What made a tensor: enough to explain it, to differentiate it and to make it again. */
export interface Node {
  readonly op: NodeOp;
  readonly inputs: readonly Tensor[];
  readonly attrs: object;
  /** The versions of the inputs when the op ran: the backward pass so notices a later `assign`. */
  readonly versions: readonly number[];
  /** Whether gradients flow through it. A symbolic result has a node also where none do. */
  readonly flows: boolean;
  /** The call of a layer that it is part of. */
  readonly scope: Scope | undefined;
  /** Where it was made: the lines of a stack, where these were asked for. */
  readonly stack: string | undefined;
}

/** A call of a layer, around the ops that it made. */
export interface Scope {
  readonly name: string;
  /** The class of the layer. */
  readonly kind: string;
  /** The layer itself: two calls of one have scopes of their own. */
  readonly owner: object;
  readonly parent: Scope | undefined;
}

/** What a node knows of its op. */
export interface NodeOp {
  readonly opName: string;
  /** The formula of the result, with the inputs as slots: `#a + #b`. */
  formula(attrs: object): Formula;
  /** Whether inputs are stretched to the shape of the result; gradients are then summed back. */
  readonly broadcasts: boolean;
  /** Whether each cell of the result, and of each contribution, only depends on the cells at its own place. */
  readonly pointwise: boolean;
  /** The gradient rule of an input; `null` where there is no gradient. */
  gradient(slot: number): GradientRule | null;
  /** The name of an input. */
  inputName(slot: number): string;
  /** The result made of other ops, for an op that has parts. */
  parts(inputs: readonly Tensor[], attrs: object): Tensor | undefined;
  /** Computes the result, for an op without parts. */
  forward(kernels: Kernels, inputs: readonly View[], out: View, attrs: object): void;
}

export interface GradientRule {
  /** The contribution as a formula: `#dy` is the upstream gradient, `#y` the result, the rest inputs. */
  formula(attrs: object): Formula;
  of(upstream: Tensor, node: Node, result: Tensor, slot: number): Tensor;
}

let nextId = 0;

/** Numbers, nested arrays, typed arrays and ndarrays (views with any stride) stand for tensors everywhere. */
export type TensorLike = Tensor | Value;

/**
 * A multi-dimensional array: a shape, a dtype and row-major cells, and the node that made it when it can be
 * differentiated. A tensor without cells is *symbolic*: an op on it runs its shape rule and records a node,
 * nothing more.
 *
 * Tensors are values: no op changes its inputs. Nothing has to be disposed. Make one with {@link tensor} or
 * {@link variable}; every op is a method too (`x.mul(y).relu({ maxValue: 6 })`).
 */
export class Tensor {
  /** Grows with every tensor made, so descending ids lead from a result to what it was made of. */
  readonly id: number = nextId++;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly node: Node | undefined;
  /** Counts the assignments to a {@link Variable}. */
  version = 0;
  #cells: Cells | undefined;

  /** @internal Use {@link tensor}, {@link variable} or an op. */
  constructor(shape: Shape, dtype: DType, cells?: Cells, node?: Node) {
    ensureFits(shape);
    this.shape = shape;
    this.dtype = dtype;
    this.#cells = cells;
    this.node = node;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of cells; `NaN` while a size is unknown. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether the tensor has no cells: it stands for a value to come. */
  get symbolic(): boolean {
    return this.#cells === undefined;
  }

  /** Whether results of this tensor are recorded, so that they can be differentiated. */
  get tracked(): boolean {
    return this.node?.flows ?? false;
  }

  /** The row-major cells themselves, not a copy: read them, do not write. Throws when symbolic. */
  get data(): Cells {
    if (this.#cells === undefined) {
      throw new ChainruleError(
        `this tensor ${formatShape(this.shape)} is symbolic${this.node ? ` (made by ${this.node.op.opName})` : ""}: ` +
          "it has a shape but no values yet. Call the function on real tensors to get values.",
      );
    }
    return this.#cells;
  }

  /** @internal Copies the cells into others of the same dtype and number. */
  writeTo(cells: Cells): void {
    cells.set(this.data);
  }

  /** The cells as a row-major view, as kernels read them. */
  get view(): View {
    return viewOf(this.data, this.shape);
  }

  /** The cells as nested arrays: numbers, or booleans for bool; a scalar gives its number. */
  toArray(): Nested {
    return toNested(this);
  }

  /** A copy of the cells as an ndarray. */
  toNdArray(): NdArray<Cells> {
    return toNdArray(this);
  }

  /** A copy of the row-major cells. */
  toTypedArray(): Cells {
    return this.data.slice();
  }

  /**
   * The number in a tensor of one cell.
   *
   * @throws If there are more cells, or none.
   */
  item(): number {
    if (this.data.length !== 1) {
      throw new ChainruleError(
        `item: expected a tensor of one cell; received shape ${formatShape(this.shape)}`,
      );
    }
    return this.data[0]!;
  }

  /** `Tensor(float32, [2]) [1, 2]`; long tensors are cut as numpy cuts them. */
  toString(): string {
    return formatTensor(this.shape, this.dtype, this.symbolic ? undefined : this.data, this.node?.op.opName);
  }

  /** Node's REPL and `console.log` print a tensor by its text, and in short where they are too deep in. */
  [Symbol.for("nodejs.util.inspect.custom")](depth = 0): string {
    return depth < 0 ? `[Tensor ${this.dtype} ${formatShape(this.shape)}]` : this.toString();
  }
}

/** A leaf whose gradient is wanted: the walker adds up its `grad`. */
export class Leaf extends Tensor {
  override get tracked(): boolean {
    return true;
  }
}

/**
 * A tensor that can be assigned to, and is a leaf of the graph: `backward()` adds its gradient to
 * {@link Variable.grad}. Made by {@link variable} (Keras: `K.variable`).
 */
export class Variable extends Leaf {
  /** The cells, or where a backend keeps them. */
  #value: Cells | (() => Cells);
  readonly name: string | undefined;
  /** Whether gradients flow to it; moving statistics and counters are variables that are not trainable. */
  readonly trainable: boolean;
  /** The gradients of all backward passes since {@link Variable.clearGrad}, added up. */
  grad: Tensor | undefined;

  /** @internal Use {@link variable}. */
  constructor(
    shape: Shape,
    dtype: DType,
    cells: Cells,
    options: { name?: string | undefined; trainable?: boolean | undefined } = {},
  ) {
    super(shape, dtype, cells);
    this.#value = cells;
    this.name = options.name;
    this.trainable = options.trainable ?? true;
  }

  /** In a trace its value is not known: the trace is to hold for all values. */
  override get symbolic(): boolean {
    return isTracing();
  }

  override get data(): Cells {
    if (isTracing()) {
      throw new ChainruleError(
        `the value of the variable${this.name ? ` ${this.name}` : ""} was read in a function that is compiled, which is to ` +
          "hold for all values. Use ops in place of its numbers.",
      );
    }
    return typeof this.#value === "function" ? this.#value() : this.#value;
  }

  /** @internal A backend keeps the cells from now on; `where` is asked each time, as its memory may move. */
  moveTo(where: () => Cells): void {
    this.#value = where;
  }

  override get tracked(): boolean {
    return this.trainable;
  }

  /**
   * Replaces the value by a copy of another; shape and dtype stay. Results recorded before keep their values,
   * but a backward pass through them throws, since their local gradients would be computed with the new value.
   *
   * @throws If the shapes differ, or a cell does not fit the dtype.
   */
  assign(value: TensorLike): void {
    const who = `assign${this.name ? ` to ${this.name}` : ""}`;
    if (isTracing()) {
      throw new ChainruleError(`${who}: a function that is compiled only computes; assign what it returns`);
    }
    saying(who, () => {
      const from = value instanceof Tensor ? { shape: value.shape, cells: value.data } : readRaw(who, value);
      ensure(
        String(from.shape) === String(this.shape),
        () => `the variable has shape ${formatShape(this.shape)}; received ${formatShape(from.shape)}`,
      );
      const cells = toCells(who, from.cells, this.dtype);
      if (typeof this.#value === "function") this.#value().set(cells);
      else this.#value = cells;
      this.version++;
    });
  }

  /** Forgets the gradient added up so far. */
  clearGrad(): void {
    this.grad = undefined;
  }
}
