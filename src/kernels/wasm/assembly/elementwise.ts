import { int } from "./arguments";
import { take } from "./threads";

/**
 * Runs a generated kernel on all cells of its result, block by block. Words: 3 the kernel's place in the table, 4 the number
 * of cells, 5 the cells in a block; what the generated kernel itself needs follows.
 */
export function elementwise(args: usize, thread: i32, threads: i32): void {
  const kernel = int(args, 3);
  const count = int(args, 4);
  const block = int(args, 5);
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    call_indirect<void>(kernel, args, from, min(from + block, count));
  }
}
