import fc from "fast-check";
import { expect, test } from "vitest";
import { binary } from "../../../src/kernels/wasm/binary.ts";
import { bytesOf } from "../../../src/kernels/wasm/binary-text.ts";
import { FreeList } from "../../../src/kernels/wasm/runtime/free-list.ts";
import { Memory, reserve } from "../../../src/kernels/wasm/runtime/memory.ts";
import { unshared } from "../../../src/kernels/wasm/runtime/unshared.ts";
import { webAssembly } from "../../../src/kernels/wasm/webassembly.ts";
import { messageOf } from "../../support/message.ts";

const start = 1000;
const size = 64 * 1024;

/** Takes a block, or gives back one of those taken; numbers past the last mean none. */
const action = fc.oneof(fc.record({ take: fc.nat({ max: 9000 }) }), fc.record({ give: fc.nat({ max: 20 }) }));

test("blocks never overlap, are aligned, stay inside, and all memory is free again in the end", () => {
  const whole = (list: FreeList) => list.take(size - 1024);
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const list = new FreeList(start);
      list.extendTo(size);
      const taken: { from: number; to: number }[] = [];
      for (const step of actions) {
        if ("give" in step) {
          const [block] = taken.splice(step.give, 1);
          if (block) list.give(block.from);
          continue;
        }
        const from = list.take(step.take);
        if (from === undefined) continue;
        const to = from + step.take;
        expect(from % 128).toBe(0);
        expect(from >= start && to <= size).toBe(true);
        expect(taken.every((other) => to <= other.from || other.to <= from)).toBe(true);
        taken.push({ from, to });
      }
      for (const { from } of taken) list.give(from);
      expect(whole(list)).toBe(1024);
    }),
  );
});

test("memory that is given back is found again before other memory", () => {
  const list = new FreeList(0);
  list.extendTo(1024);
  const blocks = [list.take(128), list.take(256), list.take(128)];
  expect(blocks).toEqual([0, 128, 384]);
  list.give(128);
  expect(list.take(300)).toBe(512);
  expect(list.take(100)).toBe(128);
  expect(list.take(128)).toBe(256);
  expect(list.take(128)).toBe(896);
  expect(list.take(1)).toBeUndefined();
  expect(() => list.give(1)).toThrow("nothing is allocated at address 1");
});

test("a free end of the memory counts for what must be added to it", () => {
  const list = new FreeList(0);
  list.extendTo(1024);
  list.take(256);
  expect(list.endFor(1024)).toBe(256 + 1024);
  list.take(768);
  expect(list.endFor(1)).toBe(1024 + 128);
});

test.each([true, false])("memory grows, and what it holds stays (shared: %s)", (shared) => {
  const memory = new Memory(reserve(shared), 4096);
  const first = memory.allocate(4000);
  memory.cells("float32", first, 1000).fill(7);
  const large = memory.allocate(50 * 2 ** 20);
  memory.cells("float64", large, (50 * 2 ** 20) / 8).fill(1);
  expect(memory.cells("float32", first, 1000).every((cell) => cell === 7)).toBe(true);
  expect(memory.cells("int32", large, 2)).toEqual(Int32Array.of(0, 0x3ff00000));
  expect(memory.cells("bool", large + 7, 1)).toEqual(Uint8Array.of(0x3f));
});

test("more memory than there can be is refused, and the rest stays usable", () => {
  const memory = new Memory(reserve(true), 4096);
  expect(messageOf(() => memory.allocate(5e9))).toMatchInlineSnapshot(
    `"out of memory: 4,769 MiB more were wanted, of WebAssembly's memory 1 MiB are in use, and it cannot grow so far; a smaller batch or a smaller model needs less"`,
  );
  expect(memory.allocate(100)).toBe(4096);
});

test("the kernels run on memory that is not shared, once their import says so", () => {
  const bytes = bytesOf(binary);
  const memory = new webAssembly.Memory({ initial: 16, maximum: 65536 });
  const instantiate = (code: Uint8Array) =>
    new webAssembly.Instance(new webAssembly.Module(code), { env: { memory } });
  expect(() => instantiate(bytes)).toThrow("shared");
  expect(instantiate(unshared(bytes)).exports).toHaveProperty("elementwise");
});

test("the import of memory is found among others", () => {
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  const entry = (kind: number, ...type: number[]) => [...text("env"), ...text("x"), kind, ...type];
  const imports = [
    entry(0, 0),
    entry(1, 0x70, 1, 0x80, 2, 0x80, 4),
    entry(3, 0x7f, 1),
    entry(2, 3, 1, 0x80, 8),
  ];
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  const bytes = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(0, ...text("about"), 2, 3, 2),
    ...section(1, 1, 0x60, 0, 0),
    ...section(2, imports.length, ...imports.flat()),
  ]);
  const changed = unshared(bytes);
  const differing = [...bytes.keys()].filter((i) => bytes[i] !== changed[i]);
  expect(differing).toEqual([bytes.length - 4]);
  expect(changed[bytes.length - 4]).toBe(1);
  expect(() => unshared(bytes.slice(0, 17))).toThrow("imports no memory");
});
