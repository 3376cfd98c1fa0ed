import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Word } from "../../../src/kernels/wasm/instruction.ts";
import type { Step } from "../../../src/kernels/wasm/runtime/program.ts";
import type { Runtime } from "../../../src/kernels/wasm/runtime/runtime.ts";
import { adding, failing, handMade, meeting } from "../../support/wasm-module.ts";

const cellCount = 500;
const data = new Int32Array(0);

/** The workers of the test: those that live, and what else is to be done to one at its start. */
const alive = new Set<Worker>();
let sabotage: (source: string) => string = (source) => source;

class Watched extends Worker {
  constructor(source: string, options: WorkerOptions) {
    super(sabotage(source), options);
    alive.add(this);
    this.on("exit", () => alive.delete(this));
  }
}

const nodeThreads = process.getBuiltinModule("node:worker_threads");
let library: typeof import("../../../src/kernels/wasm/runtime/runtime.ts");
let runtime: Runtime;
let address: number;

beforeEach(async () => {
  vi.spyOn(nodeThreads, "Worker", "get").mockReturnValue(Watched);
  vi.resetModules();
  library = await import("../../../src/kernels/wasm/runtime/runtime.ts");
  runtime = library.runtime();
  address = runtime.allocate(4 * cellCount);
  runtime.load(["1"], handMade([adding(1)]));
});

afterEach(() => {
  library.setThreads(1);
  sabotage = (source) => source;
  vi.restoreAllMocks();
});

const cells = () => runtime.cells("int32", address, cellCount);

/** The cells are all the same: each was worked on as often as the others. */
const value = () => {
  const values = new Set(cells());
  return values.size === 1 ? [...values][0] : [...cells()];
};

/** Runs a kernel on all cells; the last word is their address unless said. */
const step = (key: string, last: Word = { data, offset: 0 }): Step => ({
  instruction: { kernel: "elementwise", words: [{ key }, cellCount, 16, last] },
});

const program = (keys: readonly string[], threads?: number) =>
  runtime.program(
    keys.map((key) => step(key)),
    () => address,
    threads,
  );

const until = async (condition: () => boolean) => {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5000, interval: 1 });
};

test.each([1, 2, 4, 9])(
  "thousands of small programs with %i threads",
  async (threads) => {
    library.setThreads(threads);
    expect(library.getThreads()).toBe(threads);
    await library.whenReady();
    expect(alive.size).toBe(threads - 1);
    const small = program(["1", "1", "1"]);
    cells().fill(0);
    const runs = threads > availableParallelism() ? 300 : 3000;
    for (let i = 0; i < runs; i++) small.run();
    expect(value()).toBe(3 * runs);
  },
  20_000,
);

test("threads work at the same time", async () => {
  library.setThreads(2);
  await library.whenReady();
  runtime.load(["meet"], handMade([meeting]));
  await library.whenReady();
  const words = [{ key: "meet" }, 2, 1, { data, offset: 0 }];
  const meet = runtime.program([{ instruction: { kernel: "elementwise", words } }], () => address);
  for (let i = 0; i < 100; i++) {
    cells()[0] = 0;
    meet.run();
    expect(cells()[0]).toBe(2);
  }
});

test("programs run while threads start, and kernels are loaded between programs", async () => {
  library.setThreads(3);
  cells().fill(0);
  let sum = 0;
  for (let i = 2; i < 200; i++) {
    const keys = [String(i), "1"];
    runtime.load([String(i)], handMade([adding(i)]));
    for (const small of [program(keys), program(["1"])]) small.run();
    sum += i + 2;
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(value()).toBe(sum);
  await library.whenReady();
  program(["199", "50"]).run();
  expect(value()).toBe(sum + 249);
}, 20_000);

test("threads come and go between programs", async () => {
  cells().fill(0);
  let runs = 0;
  for (let round = 0; round < 60; round++) {
    library.setThreads(1 + (round % 4));
    for (let i = 0; i < 10; i++, runs++) program(["1"]).run();
    if (round % 3 === 0) await library.whenReady();
  }
  expect(value()).toBe(runs);
  library.setThreads(1);
  await until(() => alive.size === 0);
}, 20_000);

test("1 thread ends the others at once, which start again when a program could use them", async () => {
  library.setThreads(3);
  expect(alive.size).toBe(0);
  program(["1"], 1).run();
  expect(alive.size).toBe(0);
  program(["1"]).run();
  expect(alive.size).toBe(2);
  library.setThreads(1);
  await until(() => alive.size === 0);
  library.setThreads(2);
  program(["1"]).run();
  expect(alive.size).toBe(1);
  library.setThreads(3);
  await library.whenReady();
  expect(alive.size).toBe(2);
});

test("a program is not run by more threads than it was lowered for", async () => {
  library.setThreads(2);
  const small = program(["1"]);
  library.setThreads(4);
  await library.whenReady();
  cells().fill(0);
  for (let i = 0; i < 500; i++) small.run();
  expect(value()).toBe(500);
});

test("a kernel that fails on any thread is reported, and all goes on", async () => {
  library.setThreads(2);
  await library.whenReady();
  runtime.load(["fail"], handMade([failing]));
  const causes = new Set<string>();
  const small = program(["1"]);
  for (let i = 0; i < 200; i++) {
    cells().fill(0);
    const bad = runtime.program([step("1"), step("fail", 16 * (i % 30)), step("1")], () => address);
    try {
      bad.run();
    } catch (error) {
      expect(String(error)).toBe("Error: the kernel elementwise failed");
      causes.add(String((error as Error).cause));
    }
    expect(value()).toBe(1);
    small.run();
    expect(value()).toBe(2);
  }
  expect([...causes].sort()).toEqual(["Error: it was in a worker", "RuntimeError: unreachable"]);
  expect(alive.size).toBe(1);
});

test("a kernel that fails on the only thread is reported", () => {
  library.setThreads(1);
  runtime.load(["fail"], handMade([failing]));
  const bad = runtime.program([step("1"), step("fail", 32), step("1")], () => address);
  cells().fill(0);
  for (let i = 1; i < 4; i++) {
    expect(() => bad.run()).toThrow("the kernel elementwise failed");
    expect(value()).toBe(i);
  }
});

const failures: Record<string, (source: string) => string> = {
  "cannot be started": () => {
    throw new Error("not permitted");
  },
  "fail at their start": () => "throw new Error('no')",
  "end at their start": () => "process.exit()",
  "cannot load kernels": (source) => source.replace("WebAssembly.Instance", "WebAssembly.Nothing"),
};

test.each(Object.entries(failures))("where workers %s, one thread computes", async (_, how) => {
  sabotage = how;
  library.setThreads(3);
  cells().fill(0);
  for (let i = 0; i < 20; i++) {
    program(["1"]).run();
    await library.whenReady();
  }
  expect(value()).toBe(20);
  sabotage = (source) => source;
  library.setThreads(2);
  await library.whenReady();
  expect(alive.size).toBe(1);
  program(["1"]).run();
  expect(value()).toBe(21);
});

test("where a worker has ended, it goes on without", async () => {
  library.setThreads(2);
  await library.whenReady();
  const [worker] = alive;
  await worker!.terminate();
  await until(() => alive.size === 0);
  cells().fill(0);
  program(["1"]).run();
  expect(value()).toBe(1);
  await library.whenReady();
  expect(alive.size).toBe(0);
});

test("threads that have nothing to do use no processor", async () => {
  library.setThreads(3);
  await library.whenReady();
  program(["1"]).run();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(100_000);
});

test.each([1, 2])(
  "no stack is too full for a clear error, and all goes on with %i threads",
  (threads) => {
    const source = `
    import { runtime, setThreads, whenReady } from "./src/kernels/wasm/runtime/runtime.ts";
    import { adding, handMade } from "./test/support/wasm-module.ts";
    setThreads(${threads});
    await whenReady();
    const run = runtime();
    run.load(["1"], handMade([adding(1)]));
    const at = run.allocate(400);
    run.cells("int32", at, 100).fill(0);
    const words = [{ key: "1" }, 100, 8, { data: new Int32Array(0), offset: 0 }];
    const program = run.program([{ instruction: { kernel: "elementwise", words } }], () => at);
    let done = 0;
    let failed = 0;
    const errors = new Set();
    const dive = (depth) => {
      if (depth > 0) return 1 + dive(depth - 1);
      program.run();
      done++;
      return 0;
    };
    const tryAt = (depth) => {
      try {
        dive(depth);
        return true;
      } catch (error) {
        failed++;
        errors.add(error.name);
        return false;
      }
    };
    for (let i = 0; i < 100; i++) tryAt(1000);
    for (let round = 0; round < 15; round++) {
      let deepest = 1000;
      while (tryAt(deepest)) deepest += 100;
      for (let depth = deepest - 200; depth < deepest + 10; depth++) tryAt(depth);
    }
    const values = new Set(run.cells("int32", at, 100));
    console.log(JSON.stringify({ values: [...values], done, failed: failed > 100, errors: [...errors] }));
  `;
    const args = ["--import", "tsx", "--input-type=module", "--eval", source];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { values, done, failed, errors } = JSON.parse(stdout);
    expect(values).toEqual([done]);
    expect([failed, errors]).toEqual([true, ["RangeError"]]);
  },
  70_000,
);

test("a process that computed with threads ends by itself", () => {
  const source = `
    import { runtime, setThreads, whenReady } from "./src/kernels/wasm/runtime/runtime.ts";
    import { adding, handMade } from "./test/support/wasm-module.ts";
    setThreads(2);
    await whenReady();
    const run = runtime();
    run.load(["1"], handMade([adding(1)]));
    const at = run.allocate(400);
    const words = [{ key: "1" }, 100, 8, { data: new Int32Array(0), offset: 0 }];
    const program = run.program([{ instruction: { kernel: "elementwise", words } }], () => at);
    for (let i = 0; i < 100; i++) program.run();
    console.log(run.cells("int32", at, 1)[0], performance.now());
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", source];
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
  const took = performance.now() - started;
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const [result, end] = stdout.split(" ").map(Number);
  expect(result).toBe(100);
  expect(took - end!).toBeLessThan(3000);
}, 30_000);

test("the number of threads is checked", () => {
  expect(library.getThreads()).toBe(Math.min(availableParallelism(), 8));
  library.setThreads(64);
  expect(library.getThreads()).toBe(64);
  for (const bad of [0, 1.5, -1, 65, Number.NaN, "2"] as number[]) {
    expect(() => library.setThreads(bad)).toThrow(
      /^setThreads: expected a whole number from 1 to 64; received/,
    );
  }
  expect(library.getThreads()).toBe(64);
});
