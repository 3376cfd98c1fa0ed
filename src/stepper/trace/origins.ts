import { type Comparison, compare, Probe } from "../../autodiff/check/check.ts";
import { isFloat } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import { isOp } from "../../ops/op.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type Index, type Ledger, positionOf } from "../windows/ledger.ts";
import { mostCells, pathLedger } from "../windows/slopes.ts";
import { totalsOf } from "./flow.ts";
import type { Recorded } from "./recorder.ts";

/** How many products are listed of a sum. */
const listed = 100;

/** A step that completes what an op sends to one of its inputs. */
interface Passage {
  readonly result: Tensor;
  readonly slot: number;
  readonly upstream: Tensor;
  readonly outcome: Tensor;
}

/** Where a running program's gradients come from: sums of paths, and slopes measured by differences. */
export class Origins {
  readonly #recorded: Recorded;
  readonly #totals: ReadonlyMap<number, number>;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.#totals = totalsOf(recorded.steps);
  }

  /** None for a step that only adds up, or is summed next: a contribution then has the stretched shape. */
  #passage(index: number): Passage | undefined {
    const { steps, tensors, made } = this.#recorded;
    const { phase, from, slot, value } = steps[index]!;
    const complete = phase === "sum" || (phase === "contribution" && steps[index + 1]?.phase !== "sum");
    if (!complete || from === undefined || slot === undefined) return undefined;
    const upstream = tensors[this.#totals.get(from)!]!.tensor;
    return { result: made[from]!, slot, upstream, outcome: tensors[value]!.tensor };
  }

  /** The sum that a cell is; none where tensors are large or a variable has changed. */
  terms(index: number, cell: Index): Ledger | undefined {
    const passage = this.#passage(index);
    if (passage === undefined) return undefined;
    const { result, slot, upstream } = passage;
    try {
      return pathLedger(result, slot, cell, upstream, { limit: listed, order: "size" });
    } catch (error) {
      if (error instanceof ChainruleError) return undefined;
      throw error;
    }
  }

  /** A cell beside the slope that differences of the op itself give, in float64. */
  measured(index: number, cell: Index): Comparison | undefined {
    const passage = this.#passage(index);
    if (passage === undefined) return undefined;
    const { result, slot, upstream, outcome } = passage;
    const { op, inputs, attrs } = result.node!;
    const large = [result, inputs[slot]!].some(({ size }) => size > mostCells);
    if (large || !isOp(op)) return undefined;
    const position = positionOf(op.inputName(slot), cell, outcome.shape);
    const f = (...xs: Tensor[]): Tensor => {
      const spread = op.inputs[0]!.startsWith("...") ? [xs] : xs;
      return Object.keys(attrs).length > 0 ? op(...spread, attrs) : op(...spread);
    };
    const probe = new Probe(f, inputs.map(precise));
    const size = largest(outcome);
    const rtol = outcome.dtype === "float64" ? 1e-6 : 1e-4;
    return compare(cell, outcome.data[position]!, probe.slope(precise(upstream), slot, position), size, rtol);
  }
}

const largest = ({ data }: Tensor): number => {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]!));
  return most;
};

const precise = (x: Tensor): Tensor =>
  isFloat(x.dtype) ? new Tensor(x.shape, "float64", Float64Array.from(x.data)) : x;
