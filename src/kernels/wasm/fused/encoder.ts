// Assembles WebAssembly: numbers, instructions, sections. Bytes are plain arrays until the module is done.

export type Bytes = readonly number[];

/** LEB128, as sizes, indices and opcodes are written. */
export function unsigned(value: number): Bytes {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...unsigned((value - low) / 128)];
}

/** Signed LEB128 of 32 bits, as integer constants are written. */
function signed(value: number): Bytes {
  const low = value & 127;
  const rest = value >> 7;
  return rest === (low & 64 ? -1 : 0) ? [low] : [low + 128, ...signed(rest)];
}

export const simd = (code: number, ...immediates: Bytes): Bytes => [0xfd, ...unsigned(code), ...immediates];

export const i32Const = (value: number): Bytes => [0x41, ...signed(value)];
export const f32Const = (value: number): Bytes => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const f64Const = (value: number): Bytes => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];

export const get = (local: number): Bytes => [0x20, ...unsigned(local)];
export const set = (local: number): Bytes => [0x21, ...unsigned(local)];
export const tee = (local: number): Bytes => [0x22, ...unsigned(local)];

export const op = {
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  divU: [0x6e],
  remU: [0x70],
  ltS: [0x48],
  geS: [0x4e],
} as const;

/** `i32.load` of the word at a fixed distance from the address on the stack. */
export const loadWord = (offset: number): Bytes => [0x28, 2, ...unsigned(offset)];

/** `while (!stop) body`, where `stop` leaves an i32. */
export const until = (stop: Bytes, body: Bytes): Bytes => [
  ...[0x02, 0x40, 0x03, 0x40], // block, loop
  ...[...stop, 0x0d, 1], // br_if out of the block
  ...[...body, 0x0c, 0], // br to the loop's start
  ...[0x0b, 0x0b],
];

const list = (items: readonly Bytes[]): Bytes => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Bytes): Bytes => [...unsigned(bytes.length), ...bytes];
const text = (value: string): Bytes => sized([...value].map((letter) => letter.charCodeAt(0)));
const section = (id: number, items: readonly Bytes[]): Bytes => [id, ...sized(list(items))];

const i32 = 0x7f;
const v128 = 0x7b;
const parameters = 3;

/** A function (i32, i32, i32) → () under construction. */
export class FunctionBuilder {
  #types: number[] = [];

  /** A fresh local. */
  int(): number {
    return parameters + this.#types.push(i32) - 1;
  }

  vector(): number {
    return parameters + this.#types.push(v128) - 1;
  }

  finish(body: Bytes): Bytes {
    return sized([...list(this.#types.map((type) => [1, type])), ...body, 0x0b]);
  }
}

/** A module of functions (i32, i32, i32) → () that are exported as "0", "1", … and work on an imported memory. */
export function moduleOf(functions: readonly Bytes[], shared: boolean): Uint8Array {
  const limits = [shared ? 3 : 1, 1, ...unsigned(65536)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, parameters, i32, i32, i32, 0]]),
    ...section(2, [[...text("env"), ...text("memory"), 2, ...limits]]),
    ...section(
      3,
      functions.map(() => [0]),
    ),
    ...section(
      7,
      functions.map((_, i) => [...text(String(i)), 0, ...unsigned(i)]),
    ),
    ...section(10, functions),
  ]);
}
