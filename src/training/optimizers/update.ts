import { isFloat } from "../../dtype.ts";
import { ChainruleError, ensure, show } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { Tensor, Variable } from "../../tensor/tensor.ts";

/** What the new value of one variable is made of. */
export interface Update {
  /** The value of the variable, after weight decay. */
  readonly w: Tensor;
  /** Its gradient, after clipping. Same shape and dtype. */
  readonly g: Tensor;
  /** The learning rate, a scalar of the same dtype. */
  readonly lr: Tensor;
  /** The number of this update, 1 for the first: a float64 scalar. */
  readonly t: Tensor;
  /** The value of a slot of the variable, or of a counter, which is a float64 scalar. */
  slot(name: string): Tensor;
}

/** The new value of the variable, `w`, and those of its slots by name. */
export type Updated = Readonly<Record<string, Tensor>> & { readonly w: Tensor };

/** What messages call a variable. */
const called = (variable: Variable, i: number): string => variable.name ?? `variable ${i}`;

/** Refuses what cannot be trained. */
export function checkVariables(variables: readonly Variable[]): void {
  ensure(Array.isArray(variables), () => `expected an array of variables; received ${show(variables)}`);
  for (const [i, x] of variables.entries()) {
    ensure(
      x instanceof Variable,
      () => `expected variables; received ${show(x)} at [${i}]. Make one with variable(value).`,
    );
    ensure(isFloat(x.dtype), () => `${called(x, i)} must be a float to be trained; it is ${x.dtype}`);
    ensure(variables.indexOf(x) === i, () => `${called(x, i)} was given twice`);
  }
}

/** Refuses gradients that are not one for each variable, of its shape. */
export function checkGradients(variables: readonly Variable[], gradients: readonly Tensor[]): void {
  ensure(
    Array.isArray(gradients) && gradients.length === variables.length,
    () =>
      `expected an array of ${variables.length} gradients, one for each variable; received ` +
      `${Array.isArray(gradients) ? gradients.length : show(gradients)}`,
  );
  for (const [i, x] of variables.entries()) {
    const g: unknown = gradients[i];
    const name = called(x, i);
    ensure(g instanceof Tensor, () => `the gradient of ${name} must be a tensor; received ${show(g)}`);
    ensure(isFloat(g.dtype), () => `the gradient of ${name} must be a float; it is ${g.dtype}`);
    ensure(
      sameShape(g.shape, x.shape),
      () =>
        `the gradient of ${name} must have its shape ${formatShape(x.shape)}; received ${formatShape(g.shape)}`,
    );
  }
}

/** Refuses new values that do not fit what they replace: a class of one's own may be wrong. */
export function checkUpdated(owner: Variable, updated: Updated, slots: ReadonlyMap<string, Variable>): void {
  for (const [key, value] of Object.entries<unknown>({ ...updated, w: updated.w })) {
    if (key !== "w" && !slots.has(key)) {
      throw new ChainruleError(
        `update returned a slot ${show(key)}; slots() declares ${[...slots.keys()].join(", ") || "none"}`,
      );
    }
    if (value instanceof Tensor && sameShape(value.shape, owner.shape)) continue;
    throw new ChainruleError(
      `update must return ${key} of shape ${formatShape(owner.shape)} for ${called(owner, 0)}; ` +
        `received ${value instanceof Tensor ? formatShape(value.shape) : show(value)}`,
    );
  }
}
