import { allocate, type Cells, type DType, dtypes, floatx, isFloat } from "../dtype.ts";
import { ensure, saying } from "../errors.ts";
import { kernels } from "../kernels/backend.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { isKnown, type Shape, sizeOf } from "../shape.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { type GradientRule, type Node, type NodeOp, Tensor } from "../tensor/tensor.ts";
import { type Formula, type Level, tex } from "../tex.ts";
import { type View, viewOf } from "../view.ts";
import { type AttrSpecs, type AttrsOf, lead, oneOf, type Trailing } from "./attributes.ts";
import { describeInputs, type Kind, type Numbers, readOperands, readOptions } from "./call.ts";
import { currentScope, currentStack, isRecording, noGrad } from "./recording.ts";
import { inOneLoop } from "./trace/loop.ts";

/** Input names: `"x"`, or `"...xs"` for a list of tensors. */
type Names = readonly string[];
type Bare<N extends string> = N extends `...${infer Rest}` ? Rest : N;

/** One `T` per named input; a list of them for `"...xs"`. */
export type Named<N extends Names, T> = {
  readonly [K in N[number] as Bare<K>]: K extends `...${string}` ? readonly T[] : T;
};

type Operands<N extends Names> = {
  [I in keyof N]: N[I] extends `...${string}` ? readonly TensorLike[] : TensorLike;
};

/** LaTeX with a slot `#name` per input, fixed or made from the attributes. */
type Tex<A> = string | ((attrs: A) => string);

/** How the gradient of one input follows from the upstream gradient `dy` of the result `y`. */
export interface Vjp<N extends Names, A> {
  /** The contribution: `#dy` is the upstream, `#y` the result, the rest the inputs. */
  tex: Tex<A>;
  level?: Level;
  /** Written in ops, so that it can be differentiated again; `index` counts within `"...xs"`. */
  of(dy: Tensor, x: Named<N, Tensor>, y: Tensor, attrs: A, index: number): Tensor;
}

/** One rule per named input, `null` where nothing flows. */
type Vjps<N extends Names, A> = { readonly [K in N[number] as Bare<K>]: Vjp<N, A> | null };

interface Described<N extends Names, A> {
  /** The result: `\frac{#num}{#den}`. */
  tex: Tex<A>;
  /** How tightly the formula binds; a function or fraction is an atom. */
  level?: Level;
  /** What each input must hold; numbers unless said. Inputs that hold numbers are brought to one dtype. */
  kinds?: Partial<Record<Bare<N[number]>, Kind>>;
  /** What the common dtype may be; `"float"` unless said. */
  numbers?: Numbers;
  /** Says that each cell of the result only depends on the cells at its own place. */
  pointwise?: boolean;
}

/** An op that a kernel computes. */
interface Primitive<N extends Names, A> extends Described<N, A> {
  /** Says that the inputs are stretched to the result's shape; the walker then sums gradients back. */
  broadcasts?: boolean;
  /** The result's dtype; that of the inputs unless said. */
  dtype?: DType | ((attrs: A) => DType);
  /** The result's shape; throws a {@link Mismatch} for shapes that do not fit. */
  shape(s: Named<N, Shape>, attrs: A): Shape;
  forward(k: Kernels, x: Named<N, View>, out: View, attrs: A): void;
  vjp: Vjps<N, A>;
}

/** An op written in other ops. */
interface Composite<N extends Names, A> extends Described<N, A> {
  /** The result's shape, where it is known without running the parts. */
  shape?(s: Named<N, Shape>, attrs: A): Shape;
  parts(x: Named<N, Tensor>, attrs: A): Tensor;
  /** With its own gradients the op is one node that can be opened into its parts; without, it is its parts. */
  vjp?: Vjps<N, A>;
}

export type Rule<N extends Names, A> = Primitive<N, A> | Composite<N, A>;

/** An op: a function of tensors (or what stands for them) that checks, runs and records. */
export interface Op<N extends Names = Names, S extends AttrSpecs = AttrSpecs> extends NodeOp {
  (...args: [...Operands<N>, ...Trailing<S>]): Tensor;
  readonly inputs: N;
  readonly specs: S;
  readonly rule: Rule<N, AttrsOf<S>>;
}

/** Any op, called with whatever there is: it checks its arguments itself. */
export interface AnyOp extends NodeOp {
  (...args: readonly unknown[]): Tensor;
  readonly inputs: Names;
  readonly specs: AttrSpecs;
}

/** Tells ops from plain functions. */
const declared = new WeakSet<object>();

export const isOp = (value: unknown): value is AnyOp => typeof value === "function" && declared.has(value);

/**
 * Declares an op. Two calls, because TypeScript must know the op's type before it looks into a rule that uses
 * the op itself (or another whose rule uses this one): the first call fixes it from names and attributes alone.
 *
 * ```ts
 * export const square = op("square", ["x"])({
 *   tex: "#x^2",
 *   shape: ({ x }) => x,
 *   forward: (k, { x }, out) => k.unary("square", x, out),
 *   vjp: { x: { tex: "2 #dy #x", of: (dy, { x }) => mul(mul(dy, x), 2) } },
 * });
 * ```
 */
export function op<const N extends Names, const S extends AttrSpecs = Record<never, never>>(
  opName: string,
  inputs: N,
  specs?: S,
): (rule: Rule<N, AttrsOf<S>>) => Op<N, S> {
  return (rule) => declare(opName, inputs, specs ?? ({} as S), rule);
}

const itself = <T>(value: T): T => value;
const shapeOf = (x: Tensor): Shape => x.shape;
const viewIn = (x: Tensor): View => x.view;
const isSymbolic = (x: Tensor): boolean => x.symbolic;
const isTracked = (x: Tensor): boolean => x.tracked;
const versionOf = (x: Tensor): number => x.version;

function declare<N extends Names, S extends AttrSpecs>(
  opName: string,
  inputs: N,
  specs: S,
  rule: Rule<N, AttrsOf<S>>,
): Op<N, S> {
  type A = AttrsOf<S>;
  const variadic = inputs.at(-1)?.startsWith("...") ?? false;
  const bare = inputs.map((name) => name.replace("...", ""));
  const slotName = (slot: number) => bare[Math.min(slot, bare.length - 1)]!;

  function named<V, T>(values: readonly V[], of: (value: V) => T): Named<N, T> {
    const result: Record<string, T | readonly T[]> = {};
    for (let i = 0; i < bare.length; i++) {
      const spread = variadic && i === bare.length - 1;
      result[bare[i]!] = spread ? values.slice(i).map(of) : of(values[i]!);
    }
    return result as Named<N, T>;
  }

  const kindOf = (slot: number): Kind => rule.kinds?.[slotName(slot) as Bare<N[number]>] ?? "number";
  const wants = { kindOf, numbers: rule.numbers };

  const formula =
    (source: Tex<A>, level: Level = "atom") =>
    (attrs: object): Formula => ({
      tex: typeof source === "string" ? source : source(attrs as A),
      level,
    });

  const rules = bare.map((name, i): GradientRule | null => {
    const vjp = (rule.vjp as Record<string, Vjp<N, A> | null> | undefined)?.[name] ?? null;
    return (
      vjp && {
        formula: formula(vjp.tex, vjp.level ?? "product"),
        of: (upstream, { inputs: tensors, attrs }, result, slot) => {
          const contribution = ([dy, y, ...xs]: readonly Tensor[]) =>
            vjp.of(dy!, named(xs, itself), y!, attrs as A, slot - i);
          return computed(contribution, [upstream, result, ...tensors]);
        },
      }
    );
  });

  const dtypeOf = (tensors: readonly Tensor[], attrs: A): DType => {
    const fixed = "dtype" in rule ? rule.dtype : undefined;
    if (fixed !== undefined) return typeof fixed === "function" ? fixed(attrs) : fixed;
    return tensors.find((_, slot) => kindOf(slot) === "number")?.dtype ?? floatx();
  };

  /** What is pointwise and not recorded is computed in one loop, if there are enough cells. */
  const computed = (f: (xs: readonly Tensor[]) => Tensor, xs: readonly Tensor[]): Tensor =>
    (rule.pointwise && !isRecording() ? inOneLoop(f, xs) : undefined) ?? f(xs);

  function run(tensors: readonly Tensor[], attrs: A): Tensor {
    const transparent = "parts" in rule && rule.vjp === undefined;
    if (transparent) return rule.parts(named(tensors, itself), attrs);
    const shape = rule.shape?.(named(tensors, shapeOf), attrs);
    if (shape !== undefined && tensors.some(isSymbolic)) {
      return finish(tensors, attrs, shape, dtypeOf(tensors, attrs), undefined);
    }
    if ("parts" in rule) {
      const inner = noGrad(() => computed((xs) => rule.parts(named(xs, itself), attrs), tensors));
      return finish(tensors, attrs, inner.shape, inner.dtype, inner.symbolic ? undefined : inner.data);
    }
    ensure(shape !== undefined && isKnown(shape), () => "the result's shape is not known; give every size");
    const dtype = dtypeOf(tensors, attrs);
    const cells = allocate(dtype, sizeOf(shape));
    rule.forward(kernels(), named(tensors, viewIn), viewOf(cells, shape), attrs);
    return finish(tensors, attrs, shape, dtype, cells);
  }

  /** The attributes of a call without options, unless it needs some. */
  const defaults = Object.values(specs).some(({ needed }) => needed)
    ? undefined
    : (readOptions(opName, specs, []) as A);

  const flows = rules.some((entry) => entry !== null);

  function finish(
    tensors: readonly Tensor[],
    attrs: A,
    shape: Shape,
    dtype: DType,
    cells: Tensor["data"] | undefined,
  ): Tensor {
    const differentiable = flows && isFloat(dtype) && isRecording() && tensors.some(isTracked);
    if (cells !== undefined && !differentiable) return new Tensor(shape, dtype, cells);
    const node: Node = {
      op: self,
      inputs: tensors,
      attrs,
      versions: tensors.map(versionOf),
      flows: differentiable,
      scope: currentScope(),
      stack: currentStack(),
    };
    return new Tensor(shape, dtype, cells, node);
  }

  const call = (...args: readonly unknown[]): Tensor => {
    const operands = readOperands(opName, inputs, wants, cast, args);
    const attrs =
      args.length === inputs.length && defaults !== undefined
        ? defaults
        : (readOptions(opName, specs, args.slice(inputs.length)) as A);
    return saying(
      opName,
      () => run(operands, attrs),
      () => describeInputs(inputs, operands),
    );
  };

  const self: Op<N, S> = Object.assign(call, {
    opName,
    inputs,
    specs,
    rule,
    broadcasts: "broadcasts" in rule && rule.broadcasts === true,
    pointwise: rule.pointwise ?? false,
    formula: formula(rule.tex, rule.level),
    gradient: (slot: number) => rules[Math.min(slot, rules.length - 1)] ?? null,
    inputName: slotName,
    parts: (tensors: readonly Tensor[], attrs: object) =>
      "parts" in rule ? rule.parts(named(tensors, itself), attrs as A) : undefined,
    forward: (k: Kernels, views: readonly View[], out: View, attrs: object) => {
      if ("forward" in rule) rule.forward(k, named(views, itself), out, attrs as A);
    },
  });
  declared.add(self);
  return self;
}

/** The first number that is not finite. A plain loop takes a tenth of the time of `find`. */
function firstEndless(cells: Cells): number | undefined {
  for (let i = 0; i < cells.length; i++) {
    if (!Number.isFinite(cells[i])) return cells[i];
  }
  return undefined;
}

/**
 * The same numbers in another dtype: floats are cut to whole numbers, and what is not 0 becomes true.
 *
 * @throws If NaN or an infinity would have to become a whole number.
 * @example
 * ```ts
 * deepEqual(cast([0.5, -1.7], "int32").toArray(), [0, -1]);
 * ```
 */
export const cast = op("cast", ["x"], { dtype: lead(oneOf(...dtypes)()) })({
  tex: ({ dtype }) => tex`\mathrm{${dtype}}(#x)`,
  kinds: { x: "any" },
  dtype: ({ dtype }) => dtype,
  shape: ({ x }) => x,
  forward: (k, { x }, out, { dtype }) => {
    if (dtype === "bool") {
      k.unary("logicalNot", x, out);
      k.unary("logicalNot", out, out);
      return;
    }
    const lost = isFloat(dtype) ? undefined : firstEndless(x.data);
    ensure(lost === undefined, () => `${lost} cannot become ${dtype}`);
    k.copy(x, out);
  },
  vjp: { x: { tex: "#dy", of: (dy, { x }) => cast(dy, x.dtype) } },
});
