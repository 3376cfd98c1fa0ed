import { ChainruleError, show } from "../../errors.ts";
import { formatShape, stridesOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { TensorRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import type { Setting } from "./answers.ts";

/** Where a cell is among all. */
function offsetOf(name: string, { shape }: TensorRecord, cell: readonly number[]): number {
  if (cell.length !== shape.length || cell.some((i, axis) => i >= shape[axis]!)) {
    throw new ChainruleError(
      `expected a cell of ${name} ${formatShape(shape)}; received [${cell.join(", ")}]`,
    );
  }
  const strides = stridesOf(shape);
  return cell.reduce((offset, i, axis) => offset + i * strides[axis]!, 0);
}

/** A tensor with another number in a cell, or in all. */
function withNumber(
  name: string,
  x: TensorRecord,
  cell: readonly number[] | undefined,
  number: number,
): Tensor {
  const cells = x.cells!.slice();
  if (cell === undefined) cells.fill(number);
  else cells[offsetOf(name, x, cell)] = number;
  return new Tensor(x.shape, x.dtype, cells);
}

/**
 * The same program with another value of a variable or an input: a list of numbers, a number for all cells, or for one.
 *
 * @throws If there is no program to run, the name or the cell is unknown, or the value does not fit.
 */
export function replayed(trace: Trace, { name, cell, value }: Setting): Trace {
  const node = trace.nodes.find(
    ({ kind, label }) => label === name && (kind === "variable" || kind === "input"),
  );
  const tensor = node && trace.tensors[node.tensor]!;
  if (tensor?.cells !== undefined && typeof value === "number") {
    return trace.replay({ set: { [name]: withNumber(name, tensor, cell, value) } });
  }
  if (cell !== undefined) {
    throw new ChainruleError(`expected a number for a cell of ${name}; received ${show(value)}`);
  }
  return trace.replay({ set: { [name]: value } });
}
