import type { ConvGeometry, WindowAxis } from "../../../geometry.ts";
import type { View } from "../../../view.ts";
import type { Instruction, Lowerings, Place, Word, Workshop } from "../instruction.ts";
import { ceilTo } from "./ceil-to.ts";
import { isDense } from "./views.ts";

/** One axis of a 3-tap convolution with stride 1. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly before: number;
}

/** A 3x3 convolution with stride 1: what the kernels need to know of it. */
interface Convolution {
  readonly batch: number;
  readonly height: Axis;
  readonly width: Axis;
  readonly inputs: number;
  readonly outputs: number;
}

/** The convolution that takes gradients of the results to those of the images, with the filter turned by 180°. */
function adjoint({ batch, height, width, inputs, outputs }: Convolution): Convolution {
  const turned = ({ input, output, before }: Axis) => ({ input: output, output: input, before: 2 - before });
  return { batch, height: turned(height), width: turned(width), inputs: outputs, outputs: inputs };
}

const tilesAlong = ({ output }: Axis): number => Math.ceil(output / 4);

const slides = ({ kernel, stride, dilation, input, output, before }: WindowAxis): boolean => {
  const after = output + 2 - input - before;
  return (
    kernel === 3 && stride === 1 && dilation === 1 && before >= 0 && before <= 2 && after >= 0 && after <= 2
  );
};

/**
 * Whether Winograd pays: its multiplications on whole tiles, four at a time, and what its transforms of images and of the
 * filter cost, against the multiplications of the direct way; all for one input and output. A pixel must have a vector of
 * channels.
 */
function pays({ batch, height, width, inputs, outputs }: Convolution): boolean {
  if (Math.min(inputs, outputs) < 4) return false;
  const tiles = batch * tilesAlong(height) * tilesAlong(width);
  const transforms = 150 * tiles * (1 / inputs + 1 / outputs) + 100;
  return 36 * ceilTo(tiles, 4) + transforms < 9 * batch * height.output * width.output;
}

const applies = (g: ConvGeometry, views: readonly View[]): boolean =>
  g.groups === 1 && slides(g.height) && slides(g.width) && isDense(...views);

const placeOf = ({ data, offset }: View): Place => ({ data, offset });

/** How many tiles go through the products together: all they need stays in the second cache. */
const chunkTiles = 40;
/** With so many tiles or fewer, it is the filter that should stay in the cache: see assembly/winograd/few.ts. */
const fewTiles = 40;
/** With fewer tiles than this, more time goes into fetching the filter than is saved by another thread. */
const leastTiles = 8;
/** Inputs and outputs of the filter that are in the domain at a time, where tiles are few. */
const panelPart = [128, 16] as const;
/** Cells of the taps that are packed together on their way to the domain: of 16 inputs and 16 outputs. */
const packCells = 16 * 9 * 16;
/** Inputs of the filter's gradient that are in the domain at a time, where tiles are few. */
const inputsAtOnce = 16;
/** The widest segment, in tiles: the band between the passes of a transform stays small. */
const segmentTiles = 8;

/** How the results are cut; see assembly/winograd/layout.ts. */
interface Cut {
  readonly rows: number;
  readonly perImage: number;
  readonly perRow: number;
  readonly segment: number;
  readonly segments: number;
  readonly blockRows: number;
  readonly chunk: number;
  readonly room: number;
}

function rowsOf({ batch, height, width }: Convolution) {
  const perImage = tilesAlong(height);
  const perRow = tilesAlong(width);
  const segments = Math.ceil(perRow / segmentTiles);
  return { rows: batch * perImage, perImage, perRow, segments, segment: Math.ceil(perRow / segments) };
}

/** Into blocks for threads to take, each of which goes to the domain and back chunk by chunk. */
function cut(convolution: Convolution, threads: number): Cut {
  const rowsOfTiles = rowsOf(convolution);
  const { rows, perRow, segment, segments } = rowsOfTiles;
  const most = Math.max(1, Math.floor(chunkTiles / perRow));
  const least = Math.ceil(leastTiles / perRow);
  // As many blocks for one thread as for another, unless there is too little to share.
  const blocks = ceilTo(Math.ceil(rows / most), threads);
  const blockRows = Math.min(most, Math.max(least, Math.ceil(rows / blocks)));
  const chunk = Math.max(1, Math.min(blockRows * segments, Math.floor(chunkTiles / segment)));
  const room = ceilTo(chunk * segment, 4);
  return { ...rowsOfTiles, blockRows, chunk, room };
}

/** So few tiles that they make one chunk, which the threads share; `undefined` if they are more. */
function cutFew(convolution: Convolution): Cut | undefined {
  const rowsOfTiles = rowsOf(convolution);
  const { rows, perRow, segments } = rowsOfTiles;
  if (rows * perRow > fewTiles) return undefined;
  return { ...rowsOfTiles, blockRows: 1, chunk: rows * segments, room: ceilTo(rows * perRow, 4) };
}

// Sizes in cells, as the layout has them.
const rowCells = (channels: number): number =>
  (ceilTo(channels, 16) / 16) % 2 === 0 ? ceilTo(channels, 16) + 16 : ceilTo(channels, 16);
const filterCells = (inputs: number, outputs: number): number =>
  36 * (ceilTo(inputs, 4) * ceilTo(outputs, 8) + 48);

function domainWords(
  workshop: Workshop,
  convolution: Convolution,
  { rows, perImage, perRow, segment, segments, blockRows, chunk, room }: Cut,
  [images, filter, results]: readonly [Place, Place | 0, Place],
  parts: number,
): readonly Word[] {
  const { height, width, inputs, outputs } = convolution;
  const sheets = 36 * (room * (rowCells(inputs) + rowCells(outputs)) + 96);
  const bands = 8 * (4 * segment + 2) * ceilTo(Math.max(inputs, outputs), 4);
  const scratch = ceilTo(sheets + bands, 32);
  return [
    ...[images, filter, results, workshop.scratch(scratch * workshop.threads), scratch * 4],
    ...[inputs, height.input, width.input, height.before, width.before, outputs, height.output, width.output],
    ...[rows, perImage, perRow, segment, segments, blockRows, chunk, room, parts],
  ];
}

/** Scratch of each thread, besides that of the domain. */
function ownScratch(workshop: Workshop, cells: number): readonly Word[] {
  const each = ceilTo(cells, 32);
  return [workshop.scratch(each * workshop.threads), each * 4];
}

/** Convolves with a filter that begins at `taps` and has steps along inputs, outputs and taps. */
function convolve(
  workshop: Workshop,
  convolution: Convolution,
  images: View,
  taps: Place,
  steps: readonly [inputs: number, outputs: number, taps: number],
  results: View,
): readonly Instruction[] {
  const { inputs, outputs } = convolution;
  const epilogue = { result: placeOf(results), grain: outputs };
  const few = cutFew(convolution);
  // A filter that stays the same goes to the domain once.
  if (few !== undefined && !workshop.isFixed(taps)) {
    const domain = domainWords(workshop, convolution, few, [placeOf(images), 0, placeOf(results)], 1);
    const words = [
      ...domain,
      ...ownScratch(workshop, filterCells(...panelPart) + packCells),
      taps,
      ...steps,
      ...panelPart,
    ];
    return [
      { kernel: "winogradImages", words },
      { kernel: "winogradPanels", words },
      { kernel: "winogradResults", words, epilogue },
    ];
  }
  const filter = workshop.scratch(filterCells(inputs, outputs));
  const places = [placeOf(images), filter, placeOf(results)] as const;
  return [
    {
      kernel: "winogradFilter",
      words: [taps, filter, inputs, outputs, ...steps, ...ownScratch(workshop, packCells)],
      prepares: taps,
    },
    {
      kernel: "winograd",
      words: domainWords(workshop, convolution, cut(convolution, workshop.threads), places, 1),
      epilogue,
    },
  ];
}

/** 3x3 convolutions with stride 1 by Winograd's F(4x4, 3x3), and their gradients, where that pays. */
export const winograd: Pick<Lowerings, "conv2d" | "conv2dInput" | "conv2dFilter"> = {
  conv2d(workshop, x, filter, g, out) {
    if (!applies(g, [x, filter, out]) || !pays(g)) return undefined;
    return convolve(workshop, g, x, placeOf(filter), [g.outputs, 1, g.inputs * g.outputs], out);
  },

  conv2dInput(workshop, dy, filter, g, out) {
    const turned = adjoint(g);
    if (!applies(g, [dy, filter, out]) || !pays(turned)) return undefined;
    const tap = g.inputs * g.outputs;
    const lastTap = { data: filter.data, offset: filter.offset + 8 * tap };
    return convolve(workshop, turned, dy, lastTap, [1, g.outputs, -tap], out);
  },

  conv2dFilter(workshop, x, dy, g, out) {
    if (!applies(g, [x, dy, out]) || !pays(g)) return undefined;
    const { inputs, outputs } = g;
    const epilogue = { result: placeOf(out), grain: outputs };
    const few = cutFew(g);
    if (few !== undefined) {
      const own = 18 * ceilTo(outputs, 8) + filterCells(inputsAtOnce, outputs);
      const words = [
        ...domainWords(workshop, g, few, [placeOf(x), 0, placeOf(dy)], 1),
        ...ownScratch(workshop, own),
        placeOf(out),
        ...[outputs, 1, inputs * outputs],
        ...[inputsAtOnce, outputs],
      ];
      return [
        { kernel: "winogradPairs", words },
        { kernel: "winogradOuter", words, epilogue },
      ];
    }
    const many = cut(g, workshop.threads);
    const parts = Math.min(workshop.threads, Math.ceil((many.rows * many.segments) / many.chunk));
    const sums = workshop.scratch(parts * filterCells(inputs, outputs));
    const half = workshop.scratch(18 * ceilTo(outputs, 8) * workshop.threads);
    const places = [placeOf(x), sums, placeOf(dy)] as const;
    return [
      { kernel: "winogradSums", words: domainWords(workshop, g, many, places, parts) },
      {
        kernel: "winogradFilterGradient",
        words: [sums, placeOf(out), half, inputs, outputs, parts],
        epilogue,
      },
    ];
  },
};
