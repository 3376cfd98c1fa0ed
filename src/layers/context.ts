import { noGrad } from "../ops/recording.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";

/**
 * What a call of layers happens in: state that layers ask for and results beside their output. A layer changes nothing by
 * itself; who started the call decides what becomes of the new values.
 */
export class CallContext {
  readonly training: boolean;
  /** New values of variables that are not trained: moving statistics, counters. */
  readonly updates: Map<Variable, Tensor>;
  /** Additional losses that layers gave. */
  readonly losses: Tensor[];
  readonly #random: RandomKeys;

  constructor(training: boolean, from?: CallContext, key?: Tensor) {
    this.training = training;
    this.updates = from?.updates ?? new Map();
    this.losses = from?.losses ?? [];
    this.#random = from ? from.#random : new RandomKeys(key);
  }

  /** The same call, but in another mode. */
  inMode(training: boolean): CallContext {
    return training === this.training ? this : new CallContext(training, this);
  }

  /** A key for a random op, and a number that tells this op from the others of the call. */
  nextKey(): { key: Tensor; salt: number } {
    return this.#random.next();
  }

  /** Writes the new values back. */
  commit(): void {
    for (const [variable, value] of this.updates) variable.assign(value);
  }
}

/** One random key per call, drawn when first needed, and a count of its uses. */
class RandomKeys {
  #key: Tensor | undefined;
  #count = 0;

  constructor(key: Tensor | undefined) {
    this.#key = key;
  }

  next(): { key: Tensor; salt: number } {
    this.#key ??= tensor(stream("call").below(2 ** 31), { dtype: "int32" });
    return { key: this.#key, salt: this.#count++ };
  }
}

let current: CallContext | undefined;

/** The context of the call in progress. */
export const callContext = (): CallContext | undefined => current;

/** Runs `f` in a context. */
export function inContext<T>(context: CallContext, f: () => T): T {
  const before = current;
  current = context;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** The value that a variable has within the call in progress: the new one, if the call has already set one. */
export const pendingValue = (variable: Variable): Tensor => current?.updates.get(variable) ?? variable;

/**
 * Gives a variable a new value, made from the one that it has within the call. Whoever started the call writes it back at
 * the end, so that a call that fails changes nothing; outside a call it is written at once. No gradient flows through it.
 */
export function update(variable: Variable, value: (pending: Tensor) => Tensor): void {
  const next = noGrad(() => value(pendingValue(variable)));
  if (current !== undefined) current.updates.set(variable, next);
  else variable.assign(next);
}
