import { ensure } from "../errors.ts";
import { formatShape, type Shape, sizeOf } from "../shape.ts";
import type { Parts, Raw, Recipe, SplitName } from "./recipe.ts";

/** The bytes in an IDX file, the format of MNIST: two zeros, the type (8: bytes), the rank, then the sizes. */
export function readIdx(file: Uint8Array, shape: Shape): Uint8Array {
  const expected = `expected an IDX file of bytes ${formatShape(shape)}`;
  const header = 4 + 4 * shape.length;
  ensure(file.length >= header, () => `${expected}; received a file of only ${file.length} bytes`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0);
  ensure(
    magic === 0x0800 + shape.length,
    () => `${expected}, which starts with ${hex(0x0800 + shape.length)}; received ${hex(magic)}`,
  );
  const sizes = shape.map((_, axis) => view.getUint32(4 + 4 * axis));
  ensure(
    sizes.every((size, axis) => size === shape[axis]),
    () => `${expected}; its header says ${formatShape(sizes)}`,
  );
  const body = file.subarray(header);
  ensure(
    body.length === sizeOf(shape),
    () => `${expected}; it holds ${body.length} bytes instead of ${sizeOf(shape)}: it was cut or changed`,
  );
  return body;
}

const hex = (word: number): string => `0x${word.toString(16).padStart(8, "0")}`;

/** The four files of MNIST, and of the datasets that imitate it. */
export function idxParts(counts: Recipe["counts"]): Parts {
  const parts = (split: SplitName, prefix: string) =>
    [
      [
        `${prefix}-images-idx3-ubyte`,
        (file: Uint8Array, into: Raw) => into[split].bytes.set(readIdx(file, [counts[split], 28, 28])),
      ],
      [
        `${prefix}-labels-idx1-ubyte`,
        (file: Uint8Array, into: Raw) => into[split].labels.set(readIdx(file, [counts[split]])),
      ],
    ] as const;
  return new Map([...parts("train", "train"), ...parts("test", "t10k")]);
}
