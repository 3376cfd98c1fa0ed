import { afterEach, expect, test, vi } from "vitest";
import type { Instruction, Word } from "../../../src/kernels/wasm/instruction.ts";
import { KernelTable } from "../../../src/kernels/wasm/runtime/kernel-table.ts";
import { Memory, reserve } from "../../../src/kernels/wasm/runtime/memory.ts";
import { layOut } from "../../../src/kernels/wasm/runtime/program.ts";
import { webAssembly } from "../../../src/kernels/wasm/webassembly.ts";
import { adding, handMade } from "../../support/wasm-module.ts";

const load = async () => await import("../../../src/kernels/wasm/runtime/runtime.ts");

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const data = new Float32Array(0);
const bytes = new Uint8Array(0);

const instruction = (...words: Word[]): Instruction => ({ kernel: "elementwise", words });

test("instructions and their epilogues become words in memory", () => {
  const pages = reserve(true);
  const memory = new Memory(pages, 4096);
  const table = new KernelTable(pages, true);
  table.add(["one", "two"], handMade([adding(1), adding(2)]));
  const [one, two] = [table.placeOf({ key: "one" }), table.placeOf({ key: "two" })];
  const steps = [
    {
      instruction: instruction(
        { key: "one" },
        -5,
        { float: 1.5 },
        { data, offset: 3 },
        { data: bytes, offset: 3 },
      ),
    },
    { instruction: instruction(3e9), epilogue: instruction({ key: "two" }, 7) },
  ];
  const { address, args } = layOut(steps, memory, table, (cells) => (cells === data ? 2 ** 31 : 512));
  const words = (at: number, count: number) => [...memory.cells("int32", at, count)];
  const [first, second] = args as [number, number];
  expect(args.every((at) => at % 64 === 0)).toBe(true);
  const elementwise = table.placeOf("elementwise");
  expect(words(address, 4)).toEqual([elementwise, first, elementwise, second]);
  const float = new Int32Array(Float32Array.of(1.5).buffer)[0];
  expect(words(first, 8)).toEqual([0, 0, 0, one, -5, float, (2 ** 31 + 12) | 0, 515]);
  const epilogue = words(second, 3)[2]!;
  expect(words(second, 4)).toEqual([0, two, epilogue, 3e9 | 0]);
  expect(words(epilogue, 5)).toEqual([0, 0, 0, two, 7]);
});

test("a step that makes no sense is refused, and its memory is free again", () => {
  const pages = reserve(true);
  const memory = new Memory(pages, 4096);
  const table = new KernelTable(pages, true);
  const lay = (step: Parameters<typeof layOut>[0][number]) => layOut([step], memory, table, () => 0);
  expect(() => lay({ instruction: { kernel: "tanhh", words: [] } })).toThrow('there is no kernel "tanhh"');
  expect(() => lay({ instruction: { kernel: "execute", words: [] } })).toThrow(
    'there is no kernel "execute"',
  );
  expect(() => lay({ instruction: instruction({ key: "none" }) })).toThrow(
    'there is no kernel {"key":"none"}',
  );
  expect(() => lay({ instruction: instruction(1), epilogue: instruction(1) })).toThrow(
    "elementwise is no epilogue for elementwise: it runs no generated kernel",
  );
  expect(memory.allocate(1)).toBe(4096);
});

/** Runs a program that adds 1 to some cells twice. */
async function count(): Promise<{ shared: boolean; threads: number; result: Set<number> }> {
  const { runtime } = await load();
  const run = runtime();
  const { shared, threads } = run;
  run.load(["increment"], handMade([adding(1)]));
  expect(run.knows("increment")).toBe(true);
  const address = run.allocate(4000);
  run.cells("int32", address, 1000).fill(40);
  const step = { instruction: instruction({ key: "increment" }, 1000, 64, { data, offset: 0 }) };
  const program = run.program([step, step], () => address);
  program.run();
  program.dispose();
  program.dispose();
  expect(() => program.run()).toThrow("disposed");
  return { shared, threads, result: new Set(run.cells("int32", address, 1000)) };
}

test("a program runs", async () => {
  expect(await count()).toMatchObject({ shared: true, result: new Set([42]) });
});

test("a page that is not isolated computes on one thread, in memory of its own", async () => {
  vi.stubGlobal("crossOriginIsolated", false);
  expect(await count()).toEqual({ shared: false, threads: 1, result: new Set([42]) });
  const { getThreads, setThreads, whenReady } = await load();
  setThreads(4);
  expect(getThreads()).toBe(1);
  await whenReady();
});

test("a Node that does not give its modules this way computes on one thread", async () => {
  vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
  expect(await count()).toEqual({ shared: false, threads: 1, result: new Set([42]) });
});

interface Wish {
  maximum?: number;
  shared?: boolean;
}

/** Lets memories be made only if they may be. */
function limitMemory(may: (wish: Wish) => boolean): void {
  const all = Object.getOwnPropertyNames(webAssembly).map((name) => [name, Reflect.get(webAssembly, name)]);
  class Memory extends webAssembly.Memory {
    constructor(wish: Wish & { initial: number }) {
      if (!may(wish)) throw new RangeError("could not allocate memory");
      super(wish);
    }
  }
  vi.stubGlobal("WebAssembly", { ...Object.fromEntries(all), Memory });
}

test("where shared memory cannot be reserved, one thread computes", async () => {
  limitMemory(({ shared }) => !shared);
  expect(await count()).toEqual({ shared: false, threads: 1, result: new Set([42]) });
});

test("where there is less address space, less memory is reserved", async () => {
  const asked: unknown[] = [];
  limitMemory(({ maximum }) => asked.push(maximum) > 3);
  expect(await count()).toMatchObject({ shared: true, result: new Set([42]) });
  expect(asked).toEqual([65536, 32768, 16384, 8192]);
});

test("without WebAssembly there is a clear error, each time, and waiting does no harm", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  const { runtime, whenReady } = await load();
  const message = "WebAssembly with SIMD cannot be used here: it is missing, forbidden or too old";
  expect(() => runtime()).toThrow(message);
  expect(() => runtime()).toThrow(message);
  await whenReady();
});

test("known keys are not loaded again, and keep their places when others come with them", async () => {
  const { runtime } = await load();
  const run = runtime();
  const cells = run.allocate(4);
  const compute = (key: string) => {
    run.cells("int32", cells, 1)[0] = 0;
    const step = { instruction: instruction({ key }, 1, 1, { data, offset: 0 }) };
    run.program([step], () => cells).run();
    return run.cells("int32", cells, 1)[0];
  };
  run.load(["p", "q"], handMade([adding(1), adding(2)]));
  run.load(["q", "p"], () => expect.fail("all keys are known"));
  run.load(["q", "r"], handMade([adding(20), adding(30)]));
  expect(["p", "q", "r"].map(compute)).toEqual([1, 2, 30]);
  expect(run.knows("s")).toBe(false);
});
