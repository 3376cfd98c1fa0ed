import { finish, int, pointer } from "./arguments";
import { cellAt, findPatches, IMAGE, PATCH, Phase, phaseAcross, phaseDown, placeBytes, X, Y } from "./patch";
import { take } from "./threads";
import { packPanel, tileColumns4x8 } from "./tile";

// The adjoint of a convolution in its filter: patches, transposed, times dy. The sum over all positions is split; each part
// has sums of its own, added by a second kernel, so that the result does not depend on which thread did what. The words are
// those of patch.ts with dy at 4 and, as the result, the sums [parts][groups][cells / 4][panels][4][8]. Further words:
//   16  cells of a patch in a block (a multiple of 4)      17  positions in a part (a multiple of word 22)
//   18  parts

/** Writes to scratch which cells the windows read at `count` positions from `first` on, counted over all images. */
function setPlaces(args: usize, first: i32, count: i32, places: usize): void {
  const height = int(args, 11);
  const width = int(args, 12);
  const down = phaseDown(args, 0);
  const across = phaseAcross(args, 0);
  let column = first % width;
  let row = (first / width) % height;
  let image = first / width / height;
  const end = places + <usize>count * placeBytes;
  for (let place = places; place < end; place += placeBytes) {
    store<i32>(place, image, IMAGE);
    store<i32>(place, down.start + row * down.advance, Y);
    store<i32>(place, across.start + column * across.advance, X);
    if (++column < width) continue;
    column = 0;
    if (++row < height) continue;
    row = 0;
    image++;
  }
}

/** Packs four cells of the patches of some places, given by the bytes before them. */
// @ts-expect-error: decorator
@inline
function packCells(places: usize, end: usize, a: usize, b: usize, c: usize, d: usize, packed: usize): void {
  // Of fewer than four the last is repeated.
  if (d - c == 4 && d - a == 12) {
    for (let place = places; place < end; place += placeBytes, packed += 16) {
      v128.store(packed, v128.load(load<usize>(place, PATCH) + a));
    }
    return;
  }
  for (let place = places; place < end; place += placeBytes, packed += 16) {
    const patch = load<usize>(place, PATCH);
    store<f32>(packed, load<f32>(patch + a));
    store<f32>(packed, load<f32>(patch + b), 4);
    store<f32>(packed, load<f32>(patch + c), 8);
    store<f32>(packed, load<f32>(patch + d), 12);
  }
}

/** Packs the cells `from` to before `to` of the patches: [cells / 4][places][4]; in the last group the last is repeated. */
function packPatches(
  args: usize, across: Phase, row: usize, places: usize, count: i32, channel: i32, from: i32, to: i32, packed: usize,
): void {
  const end = places + <usize>count * placeBytes;
  for (let k = from; k < to; k += 4) {
    const a = cellAt(args, across, row, channel, k);
    const b = cellAt(args, across, row, channel, min(k + 1, to - 1));
    const c = cellAt(args, across, row, channel, min(k + 2, to - 1));
    const d = cellAt(args, across, row, channel, min(k + 3, to - 1));
    packCells(places, end, a, b, c, d, packed);
    packed += <usize>count << 4;
  }
}

/** Adds the products of some packed positions to the sums of one block of cells. */
// @ts-expect-error: decorator
@inline
function accumulate(
  packed: usize, dy: usize, count: i32, tiles: i32, panels: i32, sums: usize, add: bool,
): void {
  const tileBytes = <usize>count << 4;
  for (let panel = 0; panel < panels; panel++) {
    let a = packed;
    let sum = sums + (<usize>panel << 7);
    for (let tile = 0; tile < tiles; tile++) {
      tileColumns4x8(a, 16, count, dy, 32, sum, 32, add);
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
  const down = phaseDown(args, 0);
  const across = phaseAcross(args, 0);
  const depth = int(args, 16);
  const part = int(args, 17);
  const blocks = (cells + depth - 1) / depth;
  const places = pointer(args, 6) + <usize>(thread * int(args, 7));
  const capacity = int(args, 22);
  const packed = places + <usize>capacity * placeBytes;
  const panel = packed + <usize>(capacity * depth << 2);
  const lines = panel + <usize>(capacity * panels << 5);
  const rowCells = across.taps * channels;
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
      setPlaces(args, position, count, places);
      const first = from / rowCells;
      const row = findPatches(args, down, across, places, count, first, (to - 1) / rowCells + 1, lines);
      packPatches(args, across, row, places, count, group * channels, from, to, packed);
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

/** Adds up to eight cells of `parts` rows that are `step` bytes apart. */
// @ts-expect-error: decorator
@inline
function addRow(from: usize, step: usize, parts: i32, to: usize, width: i32): void {
  let left = v128.load(from), right = v128.load(from, 16);
  for (let part = 1; part < parts; part++) {
    from += step;
    left = f32x4.add(left, v128.load(from));
    right = f32x4.add(right, v128.load(from, 16));
  }
  if (width == 8) {
    v128.store(to, left);
    v128.store(to, right, 16);
    return;
  }
  for (let j = 0; j < width; j++) {
    store<f32>(to + (<usize>j << 2), f32x4.extract_lane(left, 0));
    // The next cell comes to the front.
    left = v128.shuffle<f32>(left, right, 1, 2, 3, 4);
    right = v128.shuffle<f32>(right, right, 1, 2, 3, 3);
  }
}

/**
 * Adds the parts up and brings the sums in the order of the filter. Words: 3 the sums, 4 the filter, 5 parts, 6 groups,
 * 7 cells of a patch, 8 outputs, 9 tiles in a block; with one group that is a multiple of the panels of a row.
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
      const width = min(8, outputs - output);
      for (let i = 0; i < min(4, cells - cell); i++) {
        const from = pointer(args, 3) + (<usize>(tile * 32 + i * 8) << 2);
        const to = pointer(args, 4) + (<usize>((cell + i) * int(args, 8) + column) << 2);
        addRow(from, <usize>count << 7, parts, to, width);
      }
    }
    const row = first / panels * 4;
    if (groups == 1) finish(args, row * outputs, min(row + block / panels * 4, cells) * outputs);
  }
}
