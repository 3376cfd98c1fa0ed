// Just enough of WebAssembly's binary format to write kernels by hand.

const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];

const signed = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];

const list = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (value: string): number[] => list([...value].map((character) => [character.charCodeAt(0)]));
const section = (id: number, bytes: number[]): number[] => [id, ...unsigned(bytes.length), ...bytes];

const i32 = 0x7f;
const local = { args: [0x20, 0], from: [0x20, 1], to: [0x20, 2] };
const constant = (value: number): number[] => [0x41, ...signed(value)];
/** Word `i` of the arguments. */
const word = (i: number): number[] => [...local.args, 0x28, 2, ...unsigned(4 * i)];

/** Adds a number to each of the block's cells; word 6 points to the first, and they are whole numbers. */
export const adding = (value: number): number[] => {
  const address = [...word(6), ...local.from, ...constant(4), 0x6c, 0x6a];
  const add = [...address, ...address, 0x28, 2, 0, ...constant(value), 0x6a, 0x36, 2, 0];
  const next = [...local.from, ...constant(1), 0x6a, 0x21, 1];
  const isDone = [...local.from, ...local.to, 0x4e];
  return [0x02, 0x40, 0x03, 0x40, ...isDone, 0x0d, 1, ...add, ...next, 0x0c, 0, 0x0b, 0x0b];
};

/** Stops with an error in the block that begins at the cell that word 6 names. */
export const failing = [...local.from, ...word(6), 0x46, 0x04, 0x40, 0x00, 0x0b];

/** Ends when the number at which word 6 points has been raised twice: once by this block, once by one on another thread. */
export const meeting = ((): number[] => {
  const raise = [...word(6), ...constant(1), 0xfe, 0x1e, 2, 0, 0x1a];
  const met = [...word(6), 0xfe, 0x10, 2, 0, ...constant(2), 0x4e];
  const count = [...local.from, ...constant(1), 0x6a, 0x22, 1];
  const giveUp = [...constant(2e9), 0x4e, 0x04, 0x40, 0x00, 0x0b];
  return [...raise, 0x02, 0x40, 0x03, 0x40, ...met, 0x0d, 1, ...count, ...giveUp, 0x0c, 0, 0x0b, 0x0b];
})();

/** A module that exports "0", "1", …: kernels with these bodies. */
export function handMade(bodies: readonly number[][]): (shared: boolean) => Uint8Array {
  const most = unsigned(65536);
  return (shared) =>
    Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list([[0x60, 3, i32, i32, i32, 0]])),
      ...section(2, list([[...text("env"), ...text("memory"), 2, shared ? 3 : 1, 1, ...most]])),
      ...section(3, list(bodies.map(() => [0]))),
      ...section(7, list(bodies.map((_, i) => [...text(String(i)), 0, ...unsigned(i)]))),
      ...section(10, list(bodies.map((body) => [...unsigned(body.length + 2), 0, ...body, 0x0b]))),
    ]);
}
