import type { Lane } from "../windows/convolution.ts";
import { range } from "../windows/ledger.ts";
import type { Plane, PlaneCell } from "../windows/planes.ts";
import type { Place } from "../windows/taps.ts";
import { channelPlane } from "./images.ts";
import type { Choice, Mark, Picture, Square, Thumbnail } from "./scene.ts";
import type { Values } from "./values.ts";

/** At most so many squares are shown in each direction. */
const mostSquares = 36;

/** Squares, and where among them the places of a role are, as [row, column]. */
export interface Layout {
  readonly plane: Plane;
  readonly spot: (place: Place) => Place;
  /** The place of a role that a cell has. */
  readonly placeOf: (at: readonly number[]) => Place;
}

/** Which places of a picture are to be seen. */
export interface Lights {
  /** The picked place, if it is one of this picture. */
  readonly picked: Place | undefined;
  readonly lit: readonly Place[];
}

export type About = Pick<Picture, "id" | "role" | "title" | "caption" | "sign"> & {
  readonly tex?: string | undefined;
};

const keyOf = ([row, column]: Place): string => `${row},${column}`;

/** The part of an axis that is shown: all of a short one, else what surrounds the middle of what is lit. */
function cut(length: number, spots: readonly number[]): { from: number; count: number } {
  if (length <= mostSquares) return { from: 0, count: length };
  const middle = spots.length === 0 ? length / 2 : (Math.min(...spots) + Math.max(...spots)) / 2;
  const from = Math.round(middle - mostSquares / 2);
  return { from: Math.max(0, Math.min(from, length - mostSquares)), count: mostSquares };
}

/** The power of 10, a multiple of 3, by which numbers up to a limit are short; 0 where they are so already. */
function exponentOf(limit: number): number {
  if (limit === 0 || (limit >= 0.1 && limit < 1000)) return 0;
  return 3 * Math.floor(Math.log10(limit) / 3);
}

/** A picture of squares, with what is picked and lit in it. */
export function pictureOf(
  about: About,
  values: Values,
  { plane, spot, placeOf }: Layout,
  { picked, lit }: Lights,
  markOf: (cell: PlaneCell) => Mark | undefined = () => undefined,
  limit: number = values.limit,
): Picture {
  const pickedSpot = picked && keyOf(spot(picked));
  const litSpots = lit.map(spot);
  const litKeys = new Set(litSpots.map(keyOf));
  const centers = picked ? [spot(picked)] : litSpots;
  const axis = (i: 0 | 1, length: number) =>
    cut(
      length,
      centers.map((place) => place[i]),
    );
  const size = [plane.rows.length, plane.rows[0]?.length ?? 0] as const;
  const [down, across] = [axis(0, size[0]), axis(1, size[1])];
  const squareAt = (row: number, column: number): Square => {
    const cell = plane.rows[row]![column]!;
    const key = keyOf([row, column]);
    const missing = cell.at !== undefined && !values.has(cell.at);
    return {
      kind: missing ? "missing" : cell.kind,
      value: cell.value,
      at: cell.at,
      place: cell.at && placeOf(cell.at),
      picked: key === pickedSpot,
      lit: litKeys.has(key),
      mark: markOf(cell),
    };
  };
  const rows = range(down.count).map((r) =>
    range(across.count).map((c) => squareAt(down.from + r, across.from + c)),
  );
  return { ...about, rows, size, limit, exponent: exponentOf(limit) };
}

/** At most so many squares in each direction of a thumbnail. */
const mostInThumbnail = 12;

/** A small picture of a plane; of a large one, evenly spaced cells. */
export function thumbnailOf(values: Values, { rows }: Plane): Thumbnail {
  const thin = <T>(all: readonly T[]): T[] => {
    const step = Math.ceil(all.length / mostInThumbnail);
    return all.filter((_, i) => i % step === 0);
  };
  return {
    rows: thin(rows).map((row) => thin(row).map(({ value }) => value)),
    limit: values.limit,
  };
}

/** The choices of a sample and of a channel, each with thumbnails of the images that can be chosen. */
export function imageChoices(
  images: Values,
  lane: Lane,
  counts: { readonly sample: number; readonly input: number },
): Choice[] {
  const choice = (key: "sample" | "input", label: string): Choice => ({
    key,
    label,
    count: counts[key],
    chosen: lane[key],
    thumbnail: (option) => {
      const { sample, input }: Lane = { ...lane, [key]: option };
      return thumbnailOf(images, channelPlane(images, sample, input));
    },
  });
  return [choice("sample", "sample"), choice("input", "channel")];
}
