import type { ConvGeometry, WindowAxis } from "../../geometry.ts";
import type { Lane } from "../windows/convolution.ts";
import {
  imagePlane,
  kernelPlane,
  type Plane,
  resultPlane,
  stampedPlane,
  upstreamPlane,
} from "../windows/planes.ts";
import type { Place, Role } from "../windows/taps.ts";
import type { Layout } from "./picture.ts";
import type { Values } from "./values.ts";

// How the planes of a convolution are laid out, and where its places are in them.

const imagePlaceOf = (at: readonly number[]): Place => [at[1]!, at[2]!];

const shifted =
  ([row, column]: Place) =>
  (place: Place): Place => [place[0] - row, place[1] - column];

const imageLayout = (plane: Plane): Layout => ({
  plane,
  spot: shifted(plane.first),
  placeOf: imagePlaceOf,
});

/** The images and their padding. */
export const paddedLayout = (g: ConvGeometry, x: Values, lane: Lane): Layout =>
  imageLayout(imagePlane(g, x.tensor, lane));

/** The images alone. */
export function bareLayout(g: ConvGeometry, x: Values, lane: Lane): Layout {
  const { first, rows } = imagePlane(g, x.tensor, lane);
  const inside = <T>(all: readonly T[], start: number, { input }: WindowAxis): T[] =>
    all.slice(-start, -start + input);
  return imageLayout({
    first: [0, 0],
    rows: inside(rows, first[0], g.height).map((row) => inside(row, first[1], g.width)),
  });
}

/** What the first stamps of dY leave on the images and their padding. */
export const stampedLayout = (
  g: ConvGeometry,
  factors: { readonly y: Values; readonly filter: Values },
  lane: Lane,
  stamps: number,
): Layout =>
  imageLayout(stampedPlane(g, { y: factors.y.tensor, filter: factors.filter.tensor }, lane, stamps));

export const resultLayout = (g: ConvGeometry, y: Values, lane: Lane): Layout =>
  imageLayout(resultPlane(g, y.tensor, lane));

/** dY with zeros between its cells, as many as the stride asks for, and padding around. */
export function upstreamLayout(g: ConvGeometry, y: Values, lane: Lane): Layout {
  const plane = upstreamPlane(g, y.tensor, lane);
  const shift = shifted(plane.first);
  const spot = ([row, column]: Place) => shift([row * g.height.stride, column * g.width.stride]);
  return { plane, spot, placeOf: imagePlaceOf };
}

/** The kernel with the gaps that dilation makes. */
export function kernelLayout(g: ConvGeometry, filter: Values, lane: Lane, flipped = false): Layout {
  const plane = kernelPlane(g, filter.tensor, lane, { flipped, dilated: true });
  const spotOn = ({ kernel, dilation }: WindowAxis, tap: number) =>
    (flipped ? kernel - 1 - tap : tap) * dilation;
  return {
    plane,
    spot: ([row, column]) => [spotOn(g.height, row), spotOn(g.width, column)],
    placeOf: (at) => [at[0]!, at[1]!],
  };
}

/** The plain layout of a role. */
export function layoutOf(g: ConvGeometry, role: Role, values: Values, lane: Lane): Layout {
  if (role === "filter") return kernelLayout(g, values, lane);
  return role === "x" ? bareLayout(g, values, lane) : resultLayout(g, values, lane);
}
