import type { WindowAxis } from "../../geometry.ts";
import { range } from "./ledger.ts";

/** What the three tensors of a convolution stand for; gradients have the roles of what they belong to. */
export type Role = "x" | "filter" | "y";

/** A row and a column. */
export type Place = readonly [number, number];

/** A place is a cell of a tensor, lies in the padding around it, or between its cells where a stride put zeros. */
export type PlaceKind = "cell" | "padding" | "inserted";

/**
 * A tap of the kernel at a position of y, and the cell of x under it, each as [row, column]. With `kind` `"cell"` the
 * three meet in a product. With `"padding"` x or y has no such cell. With `"inserted"` the position is a fraction:
 * it lies between two positions of y.
 */
export type Tap = Readonly<Record<Role, Place>> & { readonly kind: PlaceKind };

/** Windows along both image axes: a convolution's or a pooling's. */
export interface Windows {
  readonly height: WindowAxis;
  readonly width: WindowAxis;
}

type Meeting = Readonly<Record<Role, number>> & { readonly kind: PlaceKind };

/** What is said of two axes at once: padding hides what is inserted. */
export const bothKinds = (a: PlaceKind, b: PlaceKind): PlaceKind =>
  (["padding", "inserted"] as const).find((kind) => kind === a || kind === b) ?? "cell";

/** All (x, tap, y) along an axis with x = y · stride − before + tap · dilation in which one of the three is given. */
function meetings(axis: WindowAxis, of: Role, at: number): Meeting[] {
  const { input, output, kernel, stride, dilation, before } = axis;
  const meet = (x: number, filter: number, y: number): Meeting => {
    const inside = x >= 0 && x < input && y >= 0 && y <= output - 1;
    return { x, filter, y, kind: !inside ? "padding" : Number.isInteger(y) ? "cell" : "inserted" };
  };
  const cellUnder = (tap: number, y: number) => y * stride - before + tap * dilation;
  if (of === "y") return range(kernel).map((tap) => meet(cellUnder(tap, at), tap, at));
  if (of === "filter") return range(output).map((y) => meet(cellUnder(at, y), at, y));
  // The flipped kernel: the last tap comes first, so that y is read forward.
  const taps = range(kernel).reverse();
  return taps.map((tap) => meet(at, tap, (at + before - tap * dilation) / stride));
}

/**
 * All that one place takes part in. Of a position of y: the window on x. Of a cell of x: the flipped kernel on the
 * stride-dilated y. Of a tap: all positions of y and the cells that the tap reads there.
 */
export function taps({ height, width }: Windows, of: Role, [row, column]: Place): Tap[] {
  const columns = meetings(width, of, column);
  return meetings(height, of, row).flatMap((r) =>
    columns.map(
      (c): Tap => ({
        x: [r.x, c.x],
        filter: [r.filter, c.filter],
        y: [r.y, c.y],
        kind: bothKinds(r.kind, c.kind),
      }),
    ),
  );
}
