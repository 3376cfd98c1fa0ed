/** How a window slides along one image axis: six words of the arguments, as in geometry.ts. */
// @ts-expect-error: decorator
@unmanaged
export class Axis {
  input: i32;
  output: i32;
  kernel: i32;
  stride: i32;
  dilation: i32;
  before: i32;
}

/** The axis whose words begin at `i`. */
// @ts-expect-error: decorator
@inline
export function axis(args: usize, i: i32): Axis {
  return changetype<Axis>(args + (<usize>i << 2));
}

/** The quotient, rounded up; 0 where it would be negative. */
// @ts-expect-error: decorator
@inline
export function ceilDiv(a: i32, b: i32): i32 {
  return a > 0 ? (a + b - 1) / b : 0;
}

/** The cell that tap 0 reads at a position; negative in the padding. */
// @ts-expect-error: decorator
@inline
export function startAt(axis: Axis, position: i32): i32 {
  return position * axis.stride - axis.before;
}

/** The first tap that reads a real cell. */
// @ts-expect-error: decorator
@inline
export function firstTap(axis: Axis, start: i32): i32 {
  return ceilDiv(-start, axis.dilation);
}

/** The tap after the last that reads a real cell. */
// @ts-expect-error: decorator
@inline
export function endTap(axis: Axis, start: i32): i32 {
  return min(axis.kernel, ceilDiv(axis.input - start, axis.dilation));
}
