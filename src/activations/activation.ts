import { vjp } from "../autodiff/grad.ts";
import { ChainruleError, saying, show } from "../errors.ts";
import { mul } from "../ops/arithmetic.ts";
import { type AttrSpecs, flag, limit, real } from "../ops/attributes.ts";
import { readOptions } from "../ops/call.ts";
import { op } from "../ops/op.ts";
import { ones, placeholder, tensor } from "../tensor/create.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { expressionOf } from "./expression.ts";

/** Parameters with their defaults; `null` stands for no limit. */
export type Params = Readonly<Record<string, number | boolean | null>>;

/** What the maths gets: numbers and booleans; no limit is infinity. */
type Given<P extends Params> = { readonly [K in keyof P]: P[K] extends boolean ? boolean : number };

/** What users may pass. */
type Partially<P extends Params> = {
  readonly [K in keyof P]?: P[K] extends boolean ? boolean : P[K] extends null ? number | null : number;
};

/** All there is to say about an activation. */
export interface ActivationDeclaration<P extends Params> {
  /** In snake case, as Keras writes it: `"hard_silu"`. */
  name: string;
  aliases?: readonly string[];
  /** The parameters with their defaults. */
  params?: P;
  /** The maths, in ops: a function of each cell by itself, unless `pointwise` is false. */
  of(x: Tensor, params: Given<P>): Tensor;
  /** Where the slope jumps. */
  kinks?: readonly number[] | ((params: Given<P>) => readonly number[]);
  /** Default true; softmax and its like, which look at a whole lane, say false. */
  pointwise?: boolean;
  /** Paper or origin. */
  source?: string;
  /** The Keras layer that takes the parameters, for serialization: `"LeakyReLU"`. */
  kerasLayer?: string;
}

/**
 * An activation: call it on a tensor, with parameters or without, or on parameters alone to fix them
 * (`leakyRelu({ negativeSlope: 0.1 })`).
 */
export interface Activation<P extends Params = Params> {
  (x: TensorLike, params?: Partially<P>): Tensor;
  (params: Partially<P>): Activation<P>;
  readonly activationName: string;
  readonly aliases: readonly string[];
  /** The values of the parameters. */
  readonly params: P;
  readonly defaults: P;
  readonly pointwise: boolean;
  /** Where the slope jumps, for these parameters. */
  readonly kinks: readonly number[];
  readonly source: string;
  readonly kerasLayer: string | undefined;
  /** The maths as LaTeX in x, derived from the declaration. Pointwise activations only. */
  readonly tex: string;
  /** The derivative of that order as a function. Pointwise activations only. */
  derivative(order?: number): (x: TensorLike) => Tensor;
  /** The derivative of that order as LaTeX in x, derived like the function itself. */
  derivativeTex(order?: number): string;
}

const specFor = (value: number | boolean | null): AttrSpecs[string] =>
  typeof value === "boolean" ? flag(value) : value === null ? limit(null) : real(value);

/** Marks activations, so that they are told from plain functions. */
const activations = new WeakSet<object>();

/** Whether a value is an activation made by {@link activation}, not a plain function. */
export const isActivation = (value: unknown): value is Activation =>
  typeof value === "function" && activations.has(value);

type Maths = (x: Tensor) => Tensor;

/** The derivative of a pointwise function: what an upstream gradient of 1 at every cell comes back as. */
const differentiate =
  (f: Maths): Maths =>
  (x) => {
    const [y, pull] = vjp(f)(x);
    return pull(ones(y.shape, y.dtype));
  };

const nth = (f: Maths, order: number): Maths => (order === 0 ? f : nth(differentiate(f), order - 1));

/** `\operatorname{hard\_silu}''`. */
const symbolOf = (name: string, order: number): string =>
  tex`\operatorname{${name.replaceAll("_", tex`\_`)}}${"'".repeat(order)}`;

/** A pointwise function with its parameters. */
type Pointwise = (x: TensorLike, params: Params) => Tensor;

/**
 * The ops of a pointwise function and its derivatives, by order. Each is one node; its parts are the maths, and its
 * gradient rule is the op of the next order.
 */
function pointwiseOps(name: string, specs: AttrSpecs, maths: (params: Params) => Maths) {
  const made: Pointwise[] = [];
  const ofOrder = (order: number): Pointwise => (made[order] ??= make(order));
  function make(order: number): Pointwise {
    const self = op(
      `${name}${"'".repeat(order)}`,
      ["x"],
      specs,
    )({
      tex: tex`${symbolOf(name, order)}(#x)`,
      pointwise: true,
      shape: ({ x }) => x,
      parts: ({ x }, params) => nth(maths(params as Params), order)(x),
      vjp: {
        x: {
          tex: tex`#dy \cdot ${symbolOf(name, order + 1)}(#x)`,
          of: (dy, { x }, _, params) => mul(dy, ofOrder(order + 1)(x, params as Params)),
        },
      },
    });
    return (x, params) => self(x, params as never);
  }
  return ofOrder;
}

/**
 * Declares an activation: one line of maths in ops. Derived from it: the op (one node that opens into its parts), the
 * derivatives of every order, the LaTeX, look-up by name (after `registerActivation`), serialization, and the plot.
 *
 * @throws If the name is not snake case, or, when first called, if the maths changes the shape of x.
 * @example
 * ```ts
 * const bent = activation({
 *   name: "bent_identity",
 *   of: (x) => x.square().add(1).sqrt().sub(1).div(2).add(x),
 * });
 * deepEqual(bent(0).item(), 0);
 * deepEqual(bent.derivative()(0).item(), 1);
 * deepEqual(bent.tex, "\\frac{\\sqrt{x^2 + 1} - 1}{2} + x");
 * ```
 */
export function activation<const P extends Params = Record<never, never>>(
  declaration: ActivationDeclaration<P>,
): Activation<P> {
  const { name } = declaration;
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new ChainruleError(
      `activation: the name must be in snake case, such as "hard_silu"; received ${show(name)}`,
    );
  }
  const defaults = (declaration.params ?? {}) as P;
  const specs = Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, specFor(value)]));
  const maths =
    (params: Params): Maths =>
    (x) =>
      declaration.of(x, params as Given<P>);
  const ops = pointwiseOps(name, specs, maths);
  const run = once(() => runnerOf(declaration, ops(0), maths, readOptions(name, specs, []) as Params));
  return withParams({ declaration, specs, ops, run }, defaults);
}

/** An activation with other values of its parameters, whatever it is. */
export const withParameters = (f: Activation, params: Params): Activation =>
  (f as (params: Params) => Activation)(params);

/** Computes a value when it is first needed. */
function once<T>(make: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => (value ??= { of: make() }).of;
}

/**
 * The function that runs an activation: its op, unless the maths is a single op already (sigmoid), no op at all
 * (linear), or looks at more than one cell.
 */
function runnerOf<P extends Params>(
  { name, pointwise }: ActivationDeclaration<P>,
  own: Pointwise,
  maths: (params: Params) => Maths,
  defaults: Params,
): Pointwise {
  const direct: Pointwise = (x, params) =>
    saying(name, () => maths(params)(x instanceof Tensor ? x : tensor(x)));
  if (pointwise === false) return direct;
  const x = placeholder([3, 2]);
  const y = maths(defaults)(x);
  if (!(y instanceof Tensor) || String(y.shape) !== String(x.shape)) {
    throw new ChainruleError(
      `${name}: a pointwise activation must return a tensor of the shape of x; for [${x.shape}] it returned ` +
        `${y instanceof Tensor ? `[${y.shape}]` : show(y)}. If it looks at more than one cell, declare it with ` +
        "pointwise: false.",
    );
  }
  const single = y === x || (y.node?.inputs.length === 1 && y.node.inputs[0] === x);
  return single ? direct : own;
}

function isParams(value: unknown): value is Params {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Tensor) &&
    !ArrayBuffer.isView(value) &&
    !("stride" in value)
  );
}

/** What all parameter values of an activation share. */
interface Declared<P extends Params> {
  readonly declaration: ActivationDeclaration<P>;
  readonly specs: AttrSpecs;
  readonly ops: (order: number) => Pointwise;
  readonly run: () => Pointwise;
}

/** The activation with some values of its parameters. */
function withParams<P extends Params>(declared: Declared<P>, params: P): Activation<P> {
  const { declaration, specs, ops, run } = declared;
  const { name, aliases = [], kinks = [], pointwise = true, source = "", kerasLayer } = declaration;
  const complete = (extra?: Partially<P>): Params =>
    readOptions(name, specs, [Object.assign({}, params, extra)]) as Params;

  function call(x: TensorLike, extra?: Partially<P>): Tensor;
  function call(params: Partially<P>): Activation<P>;
  function call(first: TensorLike | Partially<P>, extra?: Partially<P>): Tensor | Activation<P> {
    if (!isParams(first)) return run()(first as TensorLike, complete(extra));
    complete(first as Partially<P>);
    return withParams(declared, Object.assign({}, params, first) as P);
  }

  const checked = (order: number): number => {
    if (pointwise && Number.isInteger(order) && order >= 0) return order;
    throw new ChainruleError(
      pointwise
        ? `${name}: the order of a derivative must be a whole number ≥ 0; received ${show(order)}`
        : `${name} is not pointwise: it has a Jacobian, not a derivative. Use jacobian(${name}).`,
    );
  };
  const texOf = (order: number): string => {
    const x = placeholder([]);
    const maths: Maths = (u) => declaration.of(u, complete() as Given<P>);
    return expressionOf(nth(maths, checked(order))(x), new Map([[x, "x"]])).tex;
  };

  const about = {
    activationName: name,
    aliases,
    params,
    defaults: (declaration.params ?? {}) as P,
    pointwise,
    kinks: typeof kinks === "function" ? kinks(complete() as Given<P>) : kinks,
    source,
    kerasLayer,
    derivative: (order = 1) => {
      const f = ops(checked(order));
      return (x: TensorLike) => f(x, complete());
    },
    derivativeTex: (order = 1) => texOf(order),
    tex: "",
  };
  Object.defineProperty(call, "name", { value: name });
  const self: Activation<P> = Object.assign(call, about);
  Object.defineProperty(self, "tex", { get: () => texOf(0) });
  activations.add(self);
  return self;
}
