import { int, pointer } from "./arguments";
import { clearCells, copyCells } from "./cells";
import { take } from "./threads";

// Slices by index. Words: 4 the indices, 6 outer cells, 7 slices, 8 cells of a slice, 9 indices, 10 see each kernel. An index
// out of range gives zeros and takes nothing, so that a wrong one does no harm to what lies beside.

/** Index `i`, from the end if it is negative, or −1. */
// @ts-expect-error: decorator
@inline
function indexAt(args: usize, i: i32): i32 {
  const index = load<i32>(pointer(args, 4) + (<usize>i << 2));
  const slices = int(args, 7);
  const wrapped = index < 0 ? index + slices : index;
  return <u32>wrapped < <u32>slices ? wrapped : -1;
}

/** Words 3 x [outer, slices, cells], 5 the result [outer, indices, cells], 10 slices of the result in a block. */
export function gather(args: usize, thread: i32, threads: i32): void {
  const slices = int(args, 7);
  const cells = int(args, 8);
  const indices = int(args, 9);
  const count = int(args, 6) * indices;
  const block = int(args, 10);
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    let to = pointer(args, 5) + (<usize>(from * cells) << 2);
    for (let i = from; i < min(from + block, count); i++) {
      const index = indexAt(args, i % indices);
      const at = ((i / indices) * slices + index) * cells;
      if (index < 0) clearCells(to, cells);
      else copyCells(to, pointer(args, 3) + (<usize>at << 2), cells);
      to += <usize>cells << 2;
    }
  }
}

// @ts-expect-error: decorator
@inline
function addCells(to: usize, from: usize, count: i32): void {
  const end = to + (<usize>count << 2);
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** Words 3 dy [outer, indices, cells], 5 the result [outer, slices, cells], 10 cells of each slice in a block. */
export function scatterAdd(args: usize, thread: i32, threads: i32): void {
  const slices = int(args, 7);
  const cells = int(args, 8);
  const indices = int(args, 9);
  const width = int(args, 10);
  const across = (cells + width - 1) / width;
  for (let block = take(args); block < int(args, 6) * across; block = take(args)) {
    const first = (block % across) * width;
    const count = min(width, cells - first);
    const outer = block / across;
    const out = pointer(args, 5) + (<usize>(outer * slices * cells + first) << 2);
    const dy = pointer(args, 3) + (<usize>(outer * indices * cells + first) << 2);
    for (let slice = 0; slice < slices; slice++) clearCells(out + (<usize>(slice * cells) << 2), count);
    for (let i = 0; i < indices; i++) {
      const index = indexAt(args, i);
      if (index >= 0) addCells(out + (<usize>(index * cells) << 2), dy + (<usize>(i * cells) << 2), count);
    }
  }
}
