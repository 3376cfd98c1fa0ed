import { int, pointer } from "./arguments";
import { copyCells } from "./cells";
import { patch, phaseAcross, phaseDown } from "./patch";
import { take } from "./threads";
import { packColumns, packPanel, tile4x8 } from "./tile";

// The adjoint of a convolution in its filter: patches, transposed, times dy. The sum over all positions is split; each part
// has sums of its own, added by a second kernel, so that the result does not depend on which thread did what. The words are
// those of patch.ts with dy at 4 and, as the result, the sums [parts][groups][cells / 4][panels][4][8]. Further words:
//   16  cells of a patch in a block (a multiple of 4)      17  positions in a part (a multiple of `capacity`)
//   18  parts

/** Positions multiplied at a time. */
const capacity: i32 = 128;

/** Packs the cells `from` to before `to` of the patches of some positions: [cells / 4][positions][4]. */
// @ts-expect-error: decorator
@inline
function packPatches(args: usize, first: i32, count: i32, channel: i32, from: i32, to: i32, rows: usize, packed: usize): void {
  const height = int(args, 11);
  const width = int(args, 12);
  const down = phaseDown(args, 0);
  const across = phaseAcross(args, 0);
  let row = rows;
  for (let position = first; position < first + count; position++) {
    const line = position / width;
    const y = down.start + (line % height) * down.advance;
    const x = across.start + (position % width) * across.advance;
    const found = patch(args, down, across, line / height, y, x, channel, from, to, row);
    if (found != row) copyCells(row, found, to - from);
    row += <usize>(to - from) << 2;
  }
  packColumns(packed, rows, (to - from) << 2, to - from, count);
}

/** Adds the products of some packed positions to the sums of one block of cells. */
// @ts-expect-error: decorator
@inline
function accumulate(packed: usize, dy: usize, count: i32, tiles: i32, panels: i32, sums: usize, add: bool): void {
  const tileBytes = <usize>count << 4;
  for (let panel = 0; panel < panels; panel++) {
    let a = packed;
    let sum = sums + (<usize>panel << 7);
    for (let tile = 0; tile < tiles; tile++) {
      tile4x8(a, a + 4, a + 8, a + 12, 16, dy, 32, count, sum, 32, add);
      a += tileBytes;
      sum += <usize>panels << 7;
    }
    dy += <usize>count << 5;
  }
}

/** A block is some cells of the patches of one group and one part of the positions. */
export function convolveFilter(args: usize, thread: i32, threads: i32): void {
  const positions = int(args, 14) * int(args, 11) * int(args, 12);
  const groups = int(args, 15);
  const channels = int(args, 10) / groups;
  const outputs = int(args, 13) / groups;
  const pixel = int(args, 13) << 2;
  const cells = phaseDown(args, 0).taps * phaseAcross(args, 0).taps * channels;
  const tiles = (cells + 3) / 4;
  const panels = (outputs + 7) / 8;
  const depth = int(args, 16);
  const part = int(args, 17);
  const blocks = (cells + depth - 1) / depth;
  const rows = pointer(args, 6) + <usize>(thread * int(args, 7));
  const packed = rows + <usize>(capacity * depth << 2);
  const panel = packed + <usize>(capacity * depth << 2);
  for (let item = take(args); item < int(args, 18) * groups * blocks; item = take(args)) {
    const from = (item % blocks) * depth;
    const to = min(from + depth, cells);
    const group = (item / blocks) % groups;
    const begin = (item / blocks / groups) * part;
    const end = min(begin + part, positions);
    const firstTile = (item / blocks) * tiles + from / 4;
    const sums = pointer(args, 5) + (<usize>(firstTile * panels) << 7);
    for (let position = begin; position < end; position += capacity) {
      const count = min(capacity, end - position);
      packPatches(args, position, count, group * channels, from, to, rows, packed);
      let target = panel;
      for (let output = 0; output < outputs; output += 8) {
        const at = pointer(args, 4) + <usize>(position * pixel) + (<usize>(group * outputs + output) << 2);
        packPanel(target, at, pixel, min(outputs - output, 8), count);
        target += <usize>count << 5;
      }
      accumulate(packed, panel, count, (to - from + 3) / 4, panels, sums, position > begin);
    }
  }
}

/**
 * Adds the parts up and brings the sums in the order of the filter. Words: 3 the sums, 4 the filter, 5 parts, 6 groups,
 * 7 cells of a patch, 8 outputs, 9 tiles in a block.
 */
export function sumFilter(args: usize, thread: i32, threads: i32): void {
  const parts = int(args, 5);
  const groups = int(args, 6);
  const cells = int(args, 7);
  const outputs = int(args, 8) / groups;
  const panels = (outputs + 7) / 8;
  const tiles = (cells + 3) / 4;
  const count = groups * tiles * panels;
  const block = int(args, 9);
  for (let first = take(args) * block; first < count; first = take(args) * block) {
    for (let tile = first; tile < min(first + block, count); tile++) {
      const output = (tile % panels) * 8;
      const cell = ((tile / panels) % tiles) * 4;
      const column = (tile / panels / tiles) * outputs + output;
      for (let i = 0; i < min(4, cells - cell); i++) {
        const to = pointer(args, 4) + (<usize>((cell + i) * int(args, 8) + column) << 2);
        for (let j = 0; j < min(8, outputs - output); j++) {
          let at = pointer(args, 3) + (<usize>(tile * 32 + i * 8 + j) << 2);
          let sum: f32 = 0;
          for (let part = 0; part < parts; part++, at += <usize>count << 7) sum += load<f32>(at);
          store<f32>(to + (<usize>j << 2), sum);
        }
      }
    }
  }
}
