// The arguments of an instruction are words in memory. The first three are the same for all kernels:
//   0  the number of blocks taken so far (see `take`)
//   1  an epilogue: the place in the table of a generated kernel to run on each block of results, or 0
//   2  the arguments of the epilogue
// Those of the kernel itself follow.

/** Word `i` as a whole number. */
// @ts-expect-error: decorator
@inline
export function int(args: usize, i: i32): i32 {
  return load<i32>(args + (<usize>i << 2));
}

/** Word `i` as a float. */
// @ts-expect-error: decorator
@inline
export function float(args: usize, i: i32): f32 {
  return load<f32>(args + (<usize>i << 2));
}

/** Word `i` as a pointer. */
// @ts-expect-error: decorator
@inline
export function pointer(args: usize, i: i32): usize {
  return load<u32>(args + (<usize>i << 2));
}

/** Runs the epilogue, if there is one, on the cells `from` to before `to` of the result, while they are in the cache. */
// @ts-expect-error: decorator
@inline
export function finish(args: usize, from: i32, to: i32): void {
  const epilogue = load<u32>(args, 4);
  if (epilogue != 0) call_indirect<void>(epilogue, load<u32>(args, 8), from, to);
}
