import type { ConvGeometry, WindowAxis } from "../../../geometry.ts";
import type { View } from "../../../view.ts";
import type { Instruction, Lowering, Place, Word, Workshop } from "../instruction.ts";
import { ceilTo } from "./ceil-to.ts";
import { blockOf, isDense } from "./views.ts";

/** Some of the positions along one axis and what they read: eight words, explained in patch.ts in assembly/. */
type Phase = readonly number[];

/** A convolution as the kernels see it: windows that slide over the source, whether that is x or dy. */
interface Sliding {
  readonly source: View;
  readonly sourceSize: readonly [height: number, width: number, channels: number];
  readonly size: readonly [height: number, width: number, channels: number];
  readonly batch: number;
  readonly groups: number;
  readonly down: readonly Phase[];
  readonly across: readonly Phase[];
  /** Taps of the filter across. */
  readonly kernelWidth: number;
}

const forwardPhase = ({ kernel, stride, dilation, before }: WindowAxis): Phase => [
  ...[0, 1, -before, stride],
  ...[kernel, dilation, 0, 1],
];

/**
 * The adjoint along one axis: input cell h gets tap k of the position (h + before − k · dilation) / stride, if that is whole.
 * Cells that are equal modulo the stride get the same taps, and these are evenly spaced. Read from the last to the first, so
 * that the positions ascend.
 */
function adjointPhases({ kernel, stride, dilation, before }: WindowAxis): Phase[] {
  return Array.from({ length: stride }, (_, first) => {
    const at = (tap: number) => (first + before - tap * dilation) / stride;
    const taps = Array.from({ length: kernel }, (_, tap) => tap).filter((tap) => Number.isInteger(at(tap)));
    const last = taps.at(-1) ?? 0;
    const next = taps.at(-2) ?? last;
    return [first, stride, Math.floor(at(last)), 1, taps.length, at(next) - at(last) || 1, last, next - last];
  });
}

const forward = (x: View, { batch, height, width, inputs, outputs, groups }: ConvGeometry): Sliding => ({
  source: x,
  sourceSize: [height.input, width.input, inputs],
  size: [height.output, width.output, outputs],
  batch,
  groups,
  down: [forwardPhase(height)],
  across: [forwardPhase(width)],
  kernelWidth: width.kernel,
});

const adjoint = (dy: View, { batch, height, width, inputs, outputs, groups }: ConvGeometry): Sliding => ({
  source: dy,
  sourceSize: [height.output, width.output, outputs],
  size: [height.input, width.input, inputs],
  batch,
  groups,
  down: adjointPhases(height),
  across: adjointPhases(width),
  kernelWidth: width.kernel,
});

/** The words that patch.ts in assembly/ lists; those of the kernels are given by their numbers. */
function wordsOf(
  c: Sliding,
  own: { 4: Place; 5: Place; 6: Place; 7: number; 16: number; 17: number; 18: number; 22: number },
): Word[] {
  return [
    ...[c.source, own[4], own[5], own[6], own[7]],
    ...[...c.sourceSize, ...c.size, c.batch, c.groups],
    ...[own[16], own[17], own[18], c.down.length, c.across.length, c.kernelWidth, own[22]],
    ...[...c.down, ...c.across].flat(),
  ];
}

/** Parts of at most `most` cells, of one size up to a multiple of 4. */
const partOf = (cells: number, most: number): number => {
  const parts = Math.max(Math.ceil(cells / most), 1);
  return Math.max(Math.ceil(cells / parts / 4) * 4, 4);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

// What the kernels keep of each position, run and tile.
const placeBytes = 20;
const runBytes = 8;
const tileBytes = 128;
/** Lines of the source with their padding: so many cells, which the second cache holds with ease. */
const linesCells = 2 ** 17;

/** Cells of the lines of the source that the patches of `count` positions, one after the other, cover. */
function cellsOfLines(c: Sliding, count: number): number {
  const cells = (down: Phase, across: Phase): number => {
    const [, step, , advance, taps, reach] = across as [number, number, number, number, number, number];
    const rows = Math.min(count, Math.ceil((count - 1) / Math.max(Math.floor(c.size[1] / step), 1)) + 1);
    const pixels = count * advance + rows * ((taps - 1) * reach + 1);
    return Math.max(down[4]! * pixels * c.sourceSize[2], 0);
  };
  return Math.max(...c.down.flatMap((down) => c.across.map((across) => cells(down, across))));
}

/** How many positions are worked on at a time: `most`, or fewer if their lines were too large. */
const capacityOf = (c: Sliding, most: number): number =>
  most > 8 && cellsOfLines(c, most) > linesCells ? capacityOf(c, most / 2) : most;

const mostPositions = 64;
/** Cells of a patch at a time: eight columns of so much of the filter stay in the nearest cache. */
const deepest = 320;

/** Positions that make a block: enough for the tiles, unless there are too few for all threads. */
function positionsOf(c: Sliding, capacity: number, work: number, threads: number): number {
  const positions = c.batch * c.size[0] * c.size[1];
  const phases = c.down.length * c.across.length;
  const fair = Math.ceil(positions / phases / (8 * threads) / 4) * 4;
  const small = Math.ceil(200_000 / Math.max(work, 1));
  return phases * Math.min(Math.max(fair, 16, small), capacity);
}

function convolve(
  workshop: Workshop,
  c: Sliding,
  filter: View,
  out: View,
  transposed: boolean,
): readonly Instruction[] {
  const tapsOf = (phases: readonly Phase[]) => phases.map((phase) => phase[4]!);
  const [channels, outputs] = [c.sourceSize[2] / c.groups, c.size[2] / c.groups];
  const taps = sum(tapsOf(c.down)) * sum(tapsOf(c.across));
  const packed = workshop.scratch(taps * channels * c.groups * Math.ceil(outputs / 8) * 8);
  const largest = Math.max(...tapsOf(c.down)) * Math.max(...tapsOf(c.across)) * channels;
  const depth = partOf(largest, deepest);
  const capacity = capacityOf(c, mostPositions);
  const runs = runBytes * Math.max(...tapsOf(c.down)) * Math.max(...tapsOf(c.across));
  const bytes = tileBytes + capacity * placeBytes + runs + 4 * cellsOfLines(c, capacity);
  const own = {
    ...{ 4: packed, 5: out, 7: bytes, 16: depth, 18: Number(transposed), 22: capacity },
    17: positionsOf(c, capacity, largest * c.size[2], workshop.threads),
  };
  const scratch = workshop.scratch((bytes / 4) * workshop.threads);
  return [
    { kernel: "packFilter", words: wordsOf(c, { ...own, 6: filter }), prepares: filter },
    {
      kernel: "convolve",
      words: wordsOf(c, { ...own, 6: scratch }),
      epilogue: { result: out, grain: c.size[2] },
    },
  ];
}

export const conv2d: Lowering<"conv2d"> = (workshop, x, filter, g, out) => {
  if (!isDense(x, filter, out)) return undefined;
  return out.shape.includes(0) ? [] : convolve(workshop, forward(x, g), filter, out, false);
};

export const conv2dInput: Lowering<"conv2dInput"> = (workshop, dy, filter, g, out) => {
  if (!isDense(dy, filter, out)) return undefined;
  return out.shape.includes(0) ? [] : convolve(workshop, adjoint(dy, g), filter, out, true);
};

// The kernel takes so many positions at a time, and so many cells of a patch.
const mostFilterPositions = 128;
const filterDeepest = 256;
/** Blocks that the work is split into by parts of the positions: enough for some threads, whatever their number. */
const filterBlocks = 24;

export const conv2dFilter: Lowering<"conv2dFilter"> = (workshop, x, dy, g, out) => {
  if (!isDense(x, dy, out) || x.shape.includes(0) || dy.shape.includes(0)) return undefined;
  if (out.shape.includes(0)) return [];
  const c = forward(x, g);
  const [channels, outputs] = [g.inputs / g.groups, g.outputs / g.groups];
  const cells = g.height.kernel * g.width.kernel * channels;
  const depth = partOf(cells, filterDeepest);
  const positions = g.batch * g.height.output * g.width.output;
  const capacity = capacityOf(c, mostFilterPositions);
  const runs = Math.ceil(positions / capacity);
  const wanted = Math.min(runs, Math.ceil(filterBlocks / (g.groups * Math.ceil(cells / depth))));
  const part = Math.ceil(runs / wanted) * capacity;
  const parts = Math.ceil(positions / part);
  const panels = Math.ceil(outputs / 8);
  const tiles = g.groups * Math.ceil(cells / 4) * panels;
  const sums = workshop.scratch(parts * tiles * 32);
  const bytes = capacity * (placeBytes + 4 * (depth + 8 * panels)) + 4 * cellsOfLines(c, capacity);
  const scratch = workshop.scratch((bytes / 4) * workshop.threads);
  const own = { 4: dy, 5: sums, 6: scratch, 7: bytes, 16: depth, 17: part, 18: parts, 22: capacity };
  // Whole rows of the filter, so that an epilogue can follow; groups lie side by side in a row.
  const block = ceilTo(blockOf(tiles, 32 * parts, 32, workshop.threads), panels);
  const epilogue = { result: out, grain: outputs };
  return [
    { kernel: "convolveFilter", words: wordsOf(c, own) },
    {
      kernel: "sumFilter",
      words: [sums, out, parts, g.groups, cells, g.outputs, block],
      ...(g.groups === 1 && { epilogue }),
    },
  ];
};
