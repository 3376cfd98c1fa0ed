import { isFloat } from "../dtype.ts";
import { ChainruleError, show } from "../errors.ts";
import { mul } from "../ops/arithmetic.ts";
import { readOperands } from "../ops/call.ts";
import { identity } from "../ops/control.ts";
import { stack } from "../ops/join.ts";
import { cast } from "../ops/op.ts";
import { reshape } from "../ops/rearrange.ts";
import { isRecording, recorded } from "../ops/recording.ts";
import { sum } from "../ops/reduce.ts";
import { formatShape, sizeOf } from "../shape.ts";
import { zeros } from "../tensor/create.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { Leaf, Tensor } from "../tensor/tensor.ts";
import { type BackwardOptions, drain, walk } from "./backward.ts";
import { ancestors } from "./graph.ts";

/** One gradient for a function of one tensor, an array of them for more. */
type PerArgument<A extends readonly Tensor[]> = A extends readonly [Tensor] ? Tensor : Tensor[];
type Likes<A extends readonly Tensor[]> = { [I in keyof A]: TensorLike };

/**
 * A function derived from another: of whatever stands for tensors, or of tensors. The second signature is the one that
 * TypeScript looks at when the function is differentiated again.
 */
interface Derived<A extends readonly Tensor[], R> {
  (...xs: Likes<A>): R;
  (...xs: A): R;
}

/** Stand-ins for the arguments: leaves of their own, connected to what an outer pass tracks. */
function lift(who: string, args: readonly TensorLike[]): Tensor[] {
  const names = args.map((_, i) => `argument ${i}`);
  if (args.length === 0) throw new ChainruleError(`${who}: expected at least one argument`);
  const tensors = args.map((arg) => readOperands(who, names.slice(0, 1), {}, cast, [arg])[0]!);
  return tensors.map((x) => {
    if (x.symbolic || (x.tracked && isRecording())) return recorded(() => identity(x));
    return new Leaf(x.shape, x.dtype, x.data);
  });
}

interface Evaluated<A> {
  readonly y: Tensor;
  readonly xs: A;
  /** Whether an outer pass will want to differentiate the gradients too. */
  readonly createGraph: boolean;
}

function evaluate<A extends readonly Tensor[]>(
  who: string,
  f: (...xs: A) => Tensor,
  args: readonly TensorLike[],
): Evaluated<A> {
  const outer = isRecording();
  const xs = lift(who, args) as readonly Tensor[] as A;
  const y = recorded(() => f(...xs));
  if (!(y instanceof Tensor) || !isFloat(y.dtype)) {
    throw new ChainruleError(
      `${who}: the function must return a float tensor; it returned ${y instanceof Tensor ? y.dtype : show(y)}`,
    );
  }
  const own = new Set<Tensor>(xs);
  const createGraph = outer && ancestors(y).some((x) => x.tracked && x.node === undefined && !own.has(x));
  return { y, xs, createGraph };
}

/**
 * The gradients of `y` in each of `xs`: any tensors of its graph, also intermediate ones. Where none flows it is
 * zeros. Keras: `K.gradients`.
 *
 * @example
 * ```ts
 * const x = variable(2);
 * const h = x.square();
 * deepEqual(gradients(h.mul(5), [h, x]).map((g) => g.item()), [5, 20]);
 * ```
 */
export function gradients(y: Tensor, xs: readonly Tensor[], options: BackwardOptions = {}): Tensor[] {
  const wanted = new Set(xs);
  const found = drain(walk(y, (x) => wanted.has(x), options));
  return xs.map((x) => found.get(x) ?? zeros(x.shape, x.dtype));
}

function requireScalar(who: string, y: Tensor): void {
  if (y.rank === 0 || y.size === 1) return;
  throw new ChainruleError(
    `${who}: the function must return a scalar; it returned ${formatShape(y.shape)}. Sum it (x => f(x).sum()), ` +
      "or use vjp or jacobian.",
  );
}

const unwrap = <A extends readonly Tensor[]>(list: Tensor[]): PerArgument<A> =>
  (list.length === 1 ? list[0] : list) as PerArgument<A>;

/**
 * The value of a scalar function and its gradients.
 *
 * @example
 * ```ts
 * const [y, dx] = valueAndGrad((x) => x.square())(3);
 * deepEqual([y.item(), dx.item()], [9, 6]);
 * ```
 */
export function valueAndGrad<A extends readonly Tensor[]>(
  f: (...xs: A) => Tensor,
): Derived<A, [Tensor, PerArgument<A>]> {
  const both = (...args: Likes<A>): [Tensor, PerArgument<A>] => {
    const { y, xs, createGraph } = evaluate("grad", f, args);
    requireScalar("grad", y);
    return [y, unwrap<A>(gradients(y, xs, { createGraph }))];
  };
  return both as Derived<A, [Tensor, PerArgument<A>]>;
}

/**
 * The gradient of a scalar function, as a function: of one tensor a tensor, of several an array. It can be
 * differentiated again: `grad(grad(f))`.
 *
 * @throws When called, if the function does not return a scalar.
 * @example
 * ```ts
 * const cube = (x) => x.pow(3);
 * deepEqual(grad(cube)(2).item(), 12);
 * deepEqual(grad(grad(cube))(2).item(), 12);
 * const [dw, db] = grad((w, b) => w.mul(3).add(b))(2, 1);
 * deepEqual([dw.item(), db.item()], [3, 1]);
 * ```
 */
export function grad<A extends readonly Tensor[]>(f: (...xs: A) => Tensor): Derived<A, PerArgument<A>> {
  const both = valueAndGrad(f);
  const gradient = (...args: Likes<A>): PerArgument<A> => both(...args)[1];
  return gradient as Derived<A, PerArgument<A>>;
}

/**
 * The value of a function of any shape, and the function that carries an upstream gradient back to its arguments.
 */
export function vjp<A extends readonly Tensor[]>(
  f: (...xs: A) => Tensor,
): (...xs: Likes<A>) => [Tensor, (upstream: Tensor) => PerArgument<A>] {
  return (...args) => {
    const { y, xs, createGraph } = evaluate("vjp", f, args);
    return [y, (upstream) => unwrap<A>(gradients(y, xs, { upstream, createGraph }))];
  };
}

/**
 * The value of a function and its directional derivative J·v: forward mode. It is derived from the reverse rules, so
 * that each rule is written once: the pullback u ↦ Jᵀu is linear in u, and its own gradient in u against v is J·v.
 *
 * @example
 * ```ts
 * const [y, tangent] = jvp((x) => x.square())([[3]], [[1]]);
 * deepEqual([y.item(), tangent.item()], [9, 6]);
 * ```
 */
export function jvp<A extends readonly Tensor[]>(
  f: (...xs: A) => Tensor,
): (xs: Likes<A>, tangents: Likes<A>) => [Tensor, Tensor] {
  return (args, directions) => {
    const { y, xs } = evaluate("jvp", f, args);
    const upstream = new Leaf(y.shape, y.dtype, zeros(y.shape, y.dtype).data);
    const pulled = gradients(y, xs, { upstream, createGraph: true });
    return [
      y,
      recorded(() => {
        const products = pulled.map((g, i) => sum(mul(g, directions[i]!)));
        const total = products.reduce((a, b) => a.add(b));
        return gradients(total, [upstream])[0]!;
      }),
    ];
  };
}

/**
 * All partial derivatives of a function of one tensor, one backward pass per cell of the result: for small functions.
 * Shapes: f: [a…] → [b…] gives [b…, a…].
 *
 * @example
 * ```ts
 * deepEqual(jacobian((x) => x.square())([1, 2]).toArray(), [[2, 0], [0, 4]]);
 * ```
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: TensorLike) => Tensor {
  return (arg) => {
    const { y, xs, createGraph } = evaluate("jacobian", f, [arg]);
    const [x] = xs;
    const shape = [...y.shape, ...x.shape];
    const count = sizeOf(y.shape);
    if (count === 0) return zeros(shape, x.dtype);
    const rows = Array.from({ length: count }, (_, i) => {
      const upstream = zeros(y.shape, y.dtype);
      upstream.data[i] = 1;
      return gradients(y, [x], { upstream, createGraph })[0]!;
    });
    return reshape(stack(rows), shape);
  };
}

/**
 * The second partial derivatives of a scalar function of one tensor. Shapes: x [a…] → [a…, a…].
 *
 * @example
 * ```ts
 * deepEqual(hessian((x) => x.pow(3).sum())([1, 2]).toArray(), [[6, 0], [0, 12]]);
 * ```
 */
export const hessian = (f: (x: Tensor) => Tensor): ((x: TensorLike) => Tensor) => jacobian(grad<[Tensor]>(f));
