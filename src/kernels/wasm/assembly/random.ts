import { int, pointer } from "./arguments";
import { take } from "./threads";

// The hash of the reference (random.ts there says whose), four cells at a time.

// @ts-expect-error: decorator
@inline
function scramble(x: v128): v128 {
  let h = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

const golden: i32 = 0x9e3779b9;

/** Words: 3 the key, 4 the salt + 1, 5 the result, 6 number of cells, 7 cells in a block. */
export function uniform(args: usize, thread: i32, threads: i32): void {
  const count = int(args, 6);
  const block = int(args, 7);
  const salt = i32x4.splat(int(args, 4) * golden);
  const first = scramble(i32x4.add(scramble(v128.load32_splat(pointer(args, 3))), salt));
  const second = scramble(v128.xor(first, i32x4.splat(golden)));
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    const to = min(from + block, count);
    let at = pointer(args, 5) + (<usize>from << 2);
    let cells = i32x4.add(i32x4.add(i32x4.splat(from), i32x4(0, 1, 2, 3)), first);
    for (let i = from; i < to; i += 4) {
      const bits = i32x4.shr_u(scramble(v128.xor(scramble(cells), second)), 8);
      const values = f32x4.mul(f32x4.convert_i32x4_s(bits), f32x4.splat(1.0 / 16777216.0));
      if (i + 4 <= to) {
        v128.store(at, values);
      } else {
        v128.store32_lane(at, values, 0);
        if (i + 1 < to) v128.store32_lane(at, values, 1, 4);
        if (i + 2 < to) v128.store32_lane(at, values, 2, 8);
      }
      cells = i32x4.add(cells, i32x4.splat(4));
      at += 16;
    }
  }
}
