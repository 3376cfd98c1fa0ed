import { ChainruleError } from "../../errors.ts";
import type { Index, Ledger } from "../windows/ledger.ts";
import { pathLedger } from "../windows/slopes.ts";
import { totalsOf } from "./flow.ts";
import type { Recorded } from "./recorder.ts";

/** How many products are listed of a sum. */
const listed = 100;

/** What a cell of a backward step's outcome is the sum of: gradients that arrive, times slopes. */
export type TermsOf = (step: number, cell: Index) => Ledger | undefined;

/** The sums of a running program; none where the step is no sum of paths, the tensors are large, or a variable has changed. */
export function termsOf({ steps, tensors, made }: Recorded): TermsOf {
  const totals = totalsOf(steps);
  return (index, cell) => {
    const { phase, from, slot } = steps[index]!;
    // A contribution that is summed next has the stretched shape; the paths end at the sum.
    const complete = phase === "sum" || (phase === "contribution" && steps[index + 1]?.phase !== "sum");
    if (!complete || from === undefined || slot === undefined) return undefined;
    const upstream = tensors[totals.get(from)!]!.tensor;
    try {
      return pathLedger(made[from]!, slot, cell, upstream, { limit: listed, order: "size" });
    } catch (error) {
      if (error instanceof ChainruleError) return undefined;
      throw error;
    }
  };
}
