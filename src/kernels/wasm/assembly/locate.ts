import { int, pointer } from "./arguments";
import { take } from "./threads";

/**
 * The place, counted along the reduced axes, of the first cell of each lane that is what is sought, or NaN. Words as in
 * reduce.ts, with what is sought at 4.
 */
export function locate(args: usize, thread: i32, threads: i32): void {
  const inner = int(args, 10);
  const lanes = int(args, 8) * inner;
  const block = int(args, 17);
  for (let from = take(args) * block; from < lanes; from = take(args) * block) {
    for (let lane = from; lane < min(from + block, lanes); lane++) {
      const x = pointer(args, 3) + (((lane / inner) * int(args, 9) + (lane % inner) * int(args, 11)) << 2);
      const sought = load<f32>(pointer(args, 4) + (<usize>lane << 2));
      store<i32>(pointer(args, 5) + (<usize>lane << 2), placeOf(args, x, sought));
    }
  }
}

function placeOf(args: usize, x: usize, sought: f32): i32 {
  const length = int(args, 14);
  const step = <usize>int(args, 15) << 2;
  for (let i = 0; i < int(args, 12); i++) {
    let at = x + (<usize>(i * int(args, 13)) << 2);
    for (let j = 0; j < length; j++, at += step) {
      const value = load<f32>(at);
      if (value == sought || value != value) return i * length + j;
    }
  }
  return 0;
}
