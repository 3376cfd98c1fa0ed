import { ChainruleError } from "../../errors.ts";
import { sameShape } from "../../shape.ts";
import { totalsOf } from "./flow.ts";
import type { Tables, TensorRecord } from "./records.ts";

/** What became of a node's value or gradient. */
export interface Difference {
  readonly before: TensorRecord;
  readonly after: TensorRecord;
  /** The root mean square of the change, over the cells that both traces kept. */
  readonly rms: number;
}

/** A node that differs between two traces. */
export interface Change {
  readonly node: number;
  readonly label: string;
  readonly value: Difference | undefined;
  readonly gradient: Difference | undefined;
}

function difference(before: TensorRecord, after: TensorRecord): Difference | undefined {
  const pair =
    before.cells && after.cells ? [before.cells, after.cells] : [before.sample.cells, after.sample.cells];
  const [a, b] = pair as [ArrayLike<number>, ArrayLike<number>];
  let squares = 0;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) squares += (b[i]! - a[i]!) ** 2;
  return squares === 0 ? undefined : { before, after, rms: Math.sqrt(squares / a.length) };
}

/** The nodes whose values or gradients differ. */
export function changesBetween(before: Tables, after: Tables): Change[] {
  const shapeOf = ({ tensors, nodes }: Tables, i: number) => tensors[nodes[i]!.tensor]!.shape;
  const same =
    before.nodes.length === after.nodes.length &&
    before.nodes.every(
      ({ label }, i) => label === after.nodes[i]!.label && sameShape(shapeOf(before, i), shapeOf(after, i)),
    );
  if (!same) throw new ChainruleError("trace.diff: the traces are of different programs, or of other shapes");
  const totals = [totalsOf(before.steps), totalsOf(after.steps)] as const;
  return before.nodes.flatMap(({ label, tensor }, node) => {
    const value = difference(before.tensors[tensor]!, after.tensors[after.nodes[node]!.tensor]!);
    const [a, b] = [totals[0].get(node), totals[1].get(node)];
    const gradient =
      a === undefined || b === undefined ? undefined : difference(before.tensors[a]!, after.tensors[b]!);
    return value || gradient ? [{ node, label, value, gradient }] : [];
  });
}
