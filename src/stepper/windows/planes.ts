import type { ConvGeometry, WindowAxis } from "../../geometry.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cellOf, ensureLane, type Factors, type Lane, reader } from "./convolution.ts";
import { type Index, range } from "./ledger.ts";
import { bothKinds, type Place, type PlaceKind, type Role, taps } from "./taps.ts";

/** One square of a drawing. */
export interface PlaneCell {
  /** 0 in the padding and between cells. */
  readonly value: number;
  readonly kind: PlaceKind;
  /** The cell of the tensor that stands here; none where the place is no cell. */
  readonly at: Index | undefined;
}

/** The squares of a drawing. The square of place [r, c] stands in `rows[r − first[0]][c − first[1]]`. */
export interface Plane {
  /** The place of the first row and column; negative where padding comes first. */
  readonly first: Place;
  readonly rows: readonly (readonly PlaneCell[])[];
}

/** Places along one axis: `length` from `first` on, with a cell of the tensor at 0, step, 2 · step, … */
interface Ruler {
  readonly first: number;
  readonly length: number;
  readonly cells: number;
  readonly step: number;
}

function kindAt({ cells, step }: Ruler, place: number): PlaceKind {
  if (place < 0 || place > (cells - 1) * step) return "padding";
  return place % step === 0 ? "cell" : "inserted";
}

/** The squares over two rulers; `read` gives what stands at the n-th row and column of the tensor. */
function planeOf(down: Ruler, across: Ruler, read: (place: Place) => PlaneCell): Plane {
  const square = (row: number, column: number): PlaneCell => {
    const kind = bothKinds(kindAt(down, row), kindAt(across, column));
    if (kind !== "cell") return { value: 0, kind, at: undefined };
    return read([row / down.step, column / across.step]);
  };
  const rows = range(down.length).map((r) =>
    range(across.length).map((c) => square(down.first + r, across.first + c)),
  );
  return { first: [down.first, across.first], rows };
}

/** The squares of a lane in the tensor of a role. */
function squares(g: ConvGeometry, role: Role, tensor: Tensor, lane: Lane): (place: Place) => PlaneCell {
  ensureLane(g, lane);
  const read = reader(g, role, tensor);
  return (place) => ({ value: read(lane, place), kind: "cell", at: cellOf(g, role, lane, place) });
}

const reachOf = ({ kernel, dilation }: WindowAxis): number => (kernel - 1) * dilation + 1;

/** The images with the padding that some window reaches. */
function imageRuler(axis: WindowAxis): Ruler {
  const { input, output, stride, before } = axis;
  const end = Math.max(input, (output - 1) * stride - before + reachOf(axis));
  return { first: -before, length: end + before, cells: input, step: 1 };
}

/**
 * The stride-dilated y with the padding that the flipped kernel needs: its window for cell h of x begins at the h-th
 * row of the drawing.
 */
function upstreamRuler(axis: WindowAxis): Ruler {
  const reach = reachOf(axis);
  const first = axis.before - (reach - 1);
  return { first, length: axis.input + reach - 1, cells: axis.output, step: axis.stride };
}

/** A plane of x, or of dX, with its padding: what the kernel slides over. Places are those of {@link taps} in x. */
export function imagePlane(g: ConvGeometry, x: Tensor, lane: Lane): Plane {
  return planeOf(imageRuler(g.height), imageRuler(g.width), squares(g, "x", x, lane));
}

/** A plane of y, or of dY. */
export function resultPlane(g: ConvGeometry, y: Tensor, lane: Lane): Plane {
  const ruler = (cells: number): Ruler => ({ first: 0, length: cells, cells, step: 1 });
  return planeOf(ruler(g.height.output), ruler(g.width.output), squares(g, "y", y, lane));
}

/**
 * A plane of dY as the gather view of dX reads it: zeros inserted between its cells by the stride, padding around. The
 * place of position y of {@link taps} is y · stride. A plain convolution over it with the flipped kernel, of stride 1, is
 * the lane's part of dX.
 */
export function upstreamPlane(g: ConvGeometry, dy: Tensor, lane: Lane): Plane {
  return planeOf(upstreamRuler(g.height), upstreamRuler(g.width), squares(g, "y", dy, lane));
}

export interface KernelOptions {
  /** Turned by 180°, as the gather view of dX needs it. */
  readonly flipped?: boolean;
  /** With the gaps between its taps as inserted squares, so that it covers what it reaches. */
  readonly dilated?: boolean;
}

/** A plane of the filter, or of dW. */
export function kernelPlane(
  g: ConvGeometry,
  filter: Tensor,
  lane: Lane,
  { flipped = false, dilated = false }: KernelOptions = {},
): Plane {
  const ruler = (axis: WindowAxis): Ruler => ({
    first: 0,
    length: dilated ? reachOf(axis) : axis.kernel,
    cells: axis.kernel,
    step: dilated ? axis.dilation : 1,
  });
  const plane = planeOf(ruler(g.height), ruler(g.width), squares(g, "filter", filter, lane));
  if (!flipped) return plane;
  return { ...plane, rows: [...plane.rows].reverse().map((row) => [...row].reverse()) };
}

/**
 * The lane's part of dX in the scatter view, after the first `stamps` positions of dY in reading order (all of them
 * unless said) have stamped the kernel, each scaled by itself. What falls on the padding is there as well; it is cut off.
 */
export function stampedPlane(
  g: ConvGeometry,
  factors: Required<Pick<Factors, "y" | "filter">>,
  lane: Lane,
  stamps: number = g.height.output * g.width.output,
): Plane {
  ensureLane(g, lane);
  const [dy, filter] = [reader(g, "y", factors.y), reader(g, "filter", factors.filter)];
  const [down, across] = [imageRuler(g.height), imageRuler(g.width)];
  const totals = range(down.length).map(() => new Float64Array(across.length));
  const positions = range(Math.min(stamps, g.height.output * g.width.output));
  for (const position of positions) {
    const at: Place = [Math.floor(position / g.width.output), position % g.width.output];
    for (const { x, filter: tap } of taps(g, "y", at)) {
      totals[x[0] - down.first]![x[1] - across.first]! += dy(lane, at) * filter(lane, tap);
    }
  }
  const plane = planeOf(down, across, (place) => ({
    value: 0,
    kind: "cell",
    at: cellOf(g, "x", lane, place),
  }));
  const rows = plane.rows.map((row, r) => row.map((square, c) => ({ ...square, value: totals[r]![c]! })));
  return { ...plane, rows };
}
