// Runs of 4-byte cells, and vectors that may hold one cell only: the channels left over beside the last four.

// From about here the call of the built-in copy costs less than it saves.
const longRun: i32 = 128;

/** Copies `count` cells to another place. */
// @ts-expect-error: decorator
@inline
export function copyCells(to: usize, from: usize, count: i32): void {
  if (count >= longRun) {
    memory.copy(to, from, <usize>count << 2);
    return;
  }
  const end = to + (<usize>count << 2);
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += 4, from += 4) store<i32>(to, load<i32>(from));
}

/** Sets `count` cells to zero. */
// @ts-expect-error: decorator
@inline
export function clearCells(to: usize, count: i32): void {
  if (count >= longRun) {
    memory.fill(to, 0, <usize>count << 2);
    return;
  }
  const end = to + (<usize>count << 2);
  for (; to + 16 <= end; to += 16) v128.store(to, i32x4.splat(0));
  for (; to < end; to += 4) store<i32>(to, 0);
}

/** Four cells, or one and zeros. */
// @ts-expect-error: decorator
@inline
export function loadLanes(at: usize, one: bool): v128 {
  return one ? v128.load32_zero(at) : v128.load(at);
}

/** Stores four lanes, or the first one. */
// @ts-expect-error: decorator
@inline
export function storeLanes(at: usize, value: v128, one: bool): void {
  if (one) v128.store32_lane(at, value, 0);
  else v128.store(at, value);
}

/** Where `value` is to replace `best` as the largest: it is larger, or the first NaN. */
// @ts-expect-error: decorator
@inline
export function beats(value: v128, best: v128): v128 {
  return v128.andnot(f32x4.eq(best, best), f32x4.le(value, best));
}
