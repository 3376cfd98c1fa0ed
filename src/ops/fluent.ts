import { Tensor } from "../tensor/tensor.ts";
import * as table from "./methods.ts";

type Table = typeof table;

/** The arguments after the first input. */
type Rest<F> = F extends (first: infer _, ...rest: infer R) => Tensor ? R : never;

/** Every op of the table as a method of its first input: `x.mul(y).relu({ maxValue: 6 })`. */
export type Fluent = { [K in keyof Table]: (...rest: Rest<Table[K]>) => Tensor };

declare module "../tensor/tensor.ts" {
  interface Tensor extends Fluent {}
}

for (const [name, op] of Object.entries(table)) {
  const call = op as (...args: unknown[]) => Tensor;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]): Tensor {
      return call(this, ...rest);
    },
  });
}
