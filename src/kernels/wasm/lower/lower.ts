import type { Cells } from "../../../dtype.ts";
import type { Kernels } from "../../kernels.ts";
import type { Instruction, Workshop } from "../instruction.ts";
import { lowerings } from "./index.ts";

/** A call of a kernel as instructions, with the bytes of the memory between them. */
export interface Lowered {
  readonly instructions: readonly Instruction[];
  readonly scratch: ReadonlyMap<Cells, number>;
}

type Lower = (workshop: Workshop, ...args: readonly unknown[]) => readonly Instruction[] | undefined;

/** Lowers a call for so many threads at most; `undefined` where the reference must compute it. */
export function lower(
  kernel: keyof Kernels,
  args: readonly unknown[],
  { threads, isFixed }: Pick<Workshop, "threads" | "isFixed">,
): Lowered | undefined {
  const lowering = lowerings[kernel] as Lower | undefined;
  const scratch = new Map<Cells, number>();
  const workshop: Workshop = {
    threads,
    isFixed,
    scratch: (cells) => {
      const data = new Float32Array(0);
      scratch.set(data, cells * data.BYTES_PER_ELEMENT);
      return { data, offset: 0 };
    },
  };
  const instructions = lowering?.(workshop, ...args);
  return instructions && { instructions, scratch };
}
