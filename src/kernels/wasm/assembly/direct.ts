import { finish, int, pointer } from "./arguments";
import {
  findPatches, IMAGE, PATCH, Phase, phaseAcross, phaseDown, placeBytes, RESULT, writeRuns, X, Y,
} from "./patch";
import { take } from "./threads";
import { cutTile, packPanel, packRows, tileRows4x8 } from "./tile";

// Convolution as a product of two matrices: the patches of some positions, read where they are, and the filter, packed once into panels of eight outputs: for each phase [groups][panels][taps · channels][8], with zeros beyond the last
// output. The adjoint in the images is a convolution of dy, whose windows see the taps in the opposite order. Further words:
//   4   the packed filter                  17  positions in a block
//   16  cells of a patch used at a time    18  1 if the filter is to be transposed: outputs are its rows

/** Packs the taps of one phase for the outputs of a group from `output` on, eight at most. */
function packTaps(args: usize, down: Phase, across: Phase, group: i32, output: i32, to: usize): void {
  const channels = int(args, 10) / int(args, 15);
  const outputs = int(args, 13) / int(args, 15);
  const columns = min(outputs - output, 8);
  const transposed = int(args, 18) != 0;
  const step: isize = (transposed ? int(args, 10) : int(args, 13)) << 2;
  for (let i = 0; i < down.taps; i++) {
    for (let j = 0; j < across.taps; j++) {
      const tap = (down.tap + i * down.nextTap) * int(args, 21) + across.tap + j * across.nextTap;
      if (transposed) {
        const at = (tap * outputs + output) * int(args, 10) + group * channels;
        packRows(to, pointer(args, 6) + (<usize>at << 2), step, columns, channels);
      } else {
        const at = tap * channels * int(args, 13) + group * outputs + output;
        packPanel(to, pointer(args, 6) + (<usize>at << 2), step, columns, channels);
      }
      to += <usize>channels << 5;
    }
  }
}

/** Packs the filter. Word 6 is the filter itself; the others as for `convolve`. A block is one panel. */
export function packFilter(args: usize, thread: i32, threads: i32): void {
  const groups = int(args, 15);
  const channels = int(args, 10) / groups;
  const outputs = int(args, 13) / groups;
  let to = pointer(args, 4);
  let index = 0;
  let mine = take(args);
  for (let row = 0; row < int(args, 19); row++) {
    const down = phaseDown(args, row);
    for (let column = 0; column < int(args, 20); column++) {
      const across = phaseAcross(args, column);
      const panelBytes = <usize>(down.taps * across.taps * channels) << 5;
      for (let group = 0; group < groups; group++) {
        for (let output = 0; output < outputs; output += 8) {
          if (index++ == mine) {
            packTaps(args, down, across, group, output, to);
            mine = take(args);
          }
          to += panelBytes;
        }
      }
    }
  }
}

/** Multiplies the patches of up to four places with a panel; `column` bytes into each result lie its outputs. */
// @ts-expect-error: decorator
@inline
function multiply(
  place: usize, rows: i32, runs: usize, end: usize, panel: usize, column: usize, width: i32, add: bool, tile: usize,
): void {
  // Places beyond the last repeat it.
  const place1 = place + (rows > 1 ? placeBytes : 0);
  const place2 = place1 + (rows > 2 ? placeBytes : 0);
  const place3 = place2 + (rows > 3 ? placeBytes : 0);
  const result = load<usize>(place, RESULT);
  const step = load<usize>(place1, RESULT) - result;
  const even =
    load<usize>(place2, RESULT) - result == 2 * step &&
    load<usize>(place3, RESULT) - result == 3 * step;
  const whole = even && rows == 4 && width == 8;
  tileRows4x8(
    load<usize>(place, PATCH), load<usize>(place1, PATCH), load<usize>(place2, PATCH), load<usize>(place3, PATCH),
    0, runs, end, panel, 32, whole ? result + column : tile, whole ? step : 32, whole && add,
  );
  if (whole) return;
  for (let i = 0; i < rows; i++) {
    const to = load<usize>(place + <usize>i * placeBytes, RESULT) + column;
    cutTile(tile + (<usize>i << 5), 1, width, to, 0, add);
  }
}

/** Computes the results of the places in scratch. `filter` is the packed filter of the phase. */
function compute(args: usize, down: Phase, across: Phase, filter: usize, scratch: usize, count: i32): void {
  const groups = int(args, 15);
  const channels = int(args, 10) / groups;
  const outputs = int(args, 13) / groups;
  const cells = down.taps * across.taps * channels;
  const depth = int(args, 16);
  const places = scratch + 128;
  const runs = places + <usize>int(args, 22) * placeBytes;
  const lines = runs + (<usize>(down.taps * across.taps) << 3);
  // A phase without taps has no patches, and results of 0.
  const row = cells > 0 ? findPatches(args, down, across, places, count, 0, down.taps, lines) : 0;
  for (let group = 0; group < groups; group++) {
    let from = 0;
    do {
      const to = min(from + depth, cells);
      const end = writeRuns(args, across, row, group * channels, from, to, runs);
      let panel = filter + (<usize>from << 5);
      for (let output = 0; output < outputs; output += 8) {
        const column = <usize>(group * outputs + output) << 2;
        const width = min(outputs - output, 8);
        for (let i = 0; i < count; i += 4) {
          const place = places + <usize>i * placeBytes;
          multiply(place, min(count - i, 4), runs, end, panel, column, width, from > 0, scratch);
        }
        panel += <usize>cells << 5;
      }
      from = to;
    } while (from < cells);
    filter += <usize>(cells * ((outputs + 7) / 8)) << 5;
  }
}

/** Computes the results of one phase among the positions `from` to before `to`, which are counted over all images. */
function convolvePhase(
  args: usize, down: Phase, across: Phase, filter: usize, from: i32, to: i32, scratch: usize,
): void {
  const height = int(args, 11);
  const width = int(args, 12);
  const pixel = <usize>int(args, 13) << 2;
  const places = scratch + 128;
  const capacity = int(args, 22);
  let count = 0;
  for (let row = from / width; row * width < to; row++) {
    const i = row % height - down.first;
    if (i < 0 || i % down.step != 0) continue;
    const y = down.start + (i / down.step) * down.advance;
    const skipped = max(from - row * width - across.first, 0);
    let j = (skipped + across.step - 1) / across.step;
    const end = min(width, to - row * width);
    for (let column = across.first + j * across.step; column < end; column += across.step) {
      const place = places + <usize>count * placeBytes;
      store<usize>(place, pointer(args, 5) + <usize>(row * width + column) * pixel, RESULT);
      store<i32>(place, row / height, IMAGE);
      store<i32>(place, y, Y);
      store<i32>(place, across.start + j * across.advance, X);
      j++;
      if (++count == capacity) {
        compute(args, down, across, filter, scratch, count);
        count = 0;
      }
    }
  }
  if (count > 0) compute(args, down, across, filter, scratch, count);
}

/** Word 4 is the filter as `packFilter` left it. */
export function convolve(args: usize, thread: i32, threads: i32): void {
  const count = int(args, 14) * int(args, 11) * int(args, 12);
  const outputs = int(args, 13);
  const channels = int(args, 10) / int(args, 15);
  const packedOutputs = int(args, 15) * ((outputs / int(args, 15) + 7) & ~7);
  const scratch = pointer(args, 6) + <usize>(thread * int(args, 7));
  const block = int(args, 17);
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    const to = min(from + block, count);
    let filter = pointer(args, 4);
    for (let row = 0; row < int(args, 19); row++) {
      const down = phaseDown(args, row);
      for (let column = 0; column < int(args, 20); column++) {
        const across = phaseAcross(args, column);
        convolvePhase(args, down, across, filter, from, to, scratch);
        filter += <usize>(down.taps * across.taps * channels * packedOutputs) << 2;
      }
    }
    finish(args, from * outputs, to * outputs);
  }
}
