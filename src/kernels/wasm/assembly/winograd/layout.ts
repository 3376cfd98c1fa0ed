// The words of the Winograd kernels, and how images are cut. Results are cut into tiles of 4x4; a row of
// tiles is cut into segments of at most `segment` tiles; several segments make a chunk, all of whose tiles go
// through the 36 products together. A block is a number of rows of tiles, so its results are a run of whole
// pixels.
//   3 images, 4 filter in the domain (or its gradient), 5 results (or their gradient)
//   6 scratch, 7 bytes of it for each thread
//   8 inputs: channels of the images, 9 height, 10 width
//   11, 12 rows and columns of padding before the images
//   13 outputs: channels of the results, 14 height, 15 width
//   16 rows of tiles in all, 17 rows of tiles in an image
//   18 tiles in a row, 19 tiles in a segment, 20 segments in a row
//   21 rows of tiles in a block, 22 segments in a chunk, 23 room for tiles in a chunk
//   24 parts: for the gradient of the filter, which has one sum for each
// and for the kernels of few.ts, which keep all tiles in the domain, as one chunk that the threads share:
//   25 scratch, 26 bytes of it for each thread
//   27 the first tap of the filter, or of its gradient; 28, 29, 30 steps of inputs, outputs and taps, in cells
//   31, 32 inputs and outputs of the filter that are in the domain at a time, multiples of 4 and of 8
import { int, pointer } from "../arguments";

/**
 * The bytes between two of the 36 matrices end in this, lest they all fall on the same places of the cache.
 */
const stagger: usize = 192;

// @ts-expect-error: decorator
@inline
export function ceilTo(value: i32, step: i32): i32 {
  return ((value + step - 1) / step) * step;
}

/** Bytes of a row of channels in the domain: a row for each tile, an odd number of cache lines. */
// @ts-expect-error: decorator
@inline
export function rowBytes(channels: i32): usize {
  return ((<usize>channels << 2) + 63 & ~63) | 64;
}

/** Bytes between the 36 matrices [tile][channel]. */
// @ts-expect-error: decorator
@inline
export function sheetBytes(args: usize, channels: i32): usize {
  return <usize>int(args, 23) * rowBytes(channels) + stagger;
}

/** Bytes between the 36 matrices of the filter. */
// @ts-expect-error: decorator
@inline
export function filterBytes(inputs: i32, outputs: i32): usize {
  return <usize>(ceilTo(inputs, 4) * ceilTo(outputs, 8) * 4) + stagger;
}

/** Bytes of one pixel in a band. */
// @ts-expect-error: decorator
@inline
export function pixelBytes(channels: i32): usize {
  return <usize>ceilTo(channels, 4) << 2;
}

/** Bytes of one row of a band. */
// @ts-expect-error: decorator
@inline
export function bandBytes(args: usize): usize {
  return <usize>(4 * int(args, 19) + 2) * pixelBytes(max(int(args, 8), int(args, 13)));
}

// A thread's scratch: the images in the domain, the results in the domain, the six rows of a band, a row of
// zeros to be read where there is no image, and one to be written where there are no results.

// @ts-expect-error: decorator
@inline
export function imagesAt(args: usize, thread: i32): usize {
  return pointer(args, 6) + <usize>(thread * int(args, 7));
}

// @ts-expect-error: decorator
@inline
export function resultsAt(args: usize, thread: i32): usize {
  return imagesAt(args, thread) + 36 * sheetBytes(args, int(args, 8));
}

// @ts-expect-error: decorator
@inline
export function bandAt(args: usize, thread: i32): usize {
  return resultsAt(args, thread) + 36 * sheetBytes(args, int(args, 13));
}

// @ts-expect-error: decorator
@inline
export function zerosAt(args: usize, thread: i32): usize {
  return bandAt(args, thread) + 6 * bandBytes(args);
}

// @ts-expect-error: decorator
@inline
export function wasteAt(args: usize, thread: i32): usize {
  return bandAt(args, thread) + 7 * bandBytes(args);
}

/** The first tile of a segment, counted through all images. */
// @ts-expect-error: decorator
@inline
export function tileAt(args: usize, index: i32): i32 {
  return (index / int(args, 20)) * int(args, 18) + (index % int(args, 20)) * int(args, 19);
}

/** Tiles of segment `q` of a row. */
// @ts-expect-error: decorator
@inline
export function tilesIn(args: usize, q: i32): i32 {
  return min(int(args, 19), int(args, 18) - q * int(args, 19));
}
