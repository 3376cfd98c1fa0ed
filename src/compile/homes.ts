import { bytesOf } from "../dtype.ts";
import type { Runtime } from "../kernels/wasm/runtime/runtime.ts";
import type { Variable } from "../tensor/tensor.ts";

const homes = new WeakMap<Variable, number>();

/** Frees the memory of variables that nobody can reach any more. */
const reclaimed = new FinalizationRegistry<() => void>((free) => free());

/** Where a variable's cells lie in WebAssembly memory. They move there once, and all programs work on them in place. */
export function homeOf(variable: Variable, runtime: Runtime): number {
  const known = homes.get(variable);
  if (known !== undefined) return known;
  const { dtype, size } = variable;
  const address = runtime.allocate(size * bytesOf(dtype));
  const cells = () => runtime.cells(dtype, address, size);
  cells().set(variable.data);
  variable.moveTo(cells);
  homes.set(variable, address);
  reclaimed.register(variable, () => runtime.free(address));
  return address;
}
