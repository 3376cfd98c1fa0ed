// Tests that run inside a browser. Each export is one: it throws if something is wrong. browser.test.ts runs all of them on
// each kind of page.
import { getThreads, runtime, setThreads, whenReady } from "../../src/kernels/wasm/runtime/runtime.ts";
import { adding, handMade, meeting } from "../support/wasm-module.ts";
import type { Page } from "./browser.ts";

function equal(received: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(received), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}; received ${a}`);
}

const data = new Int32Array(0);

const elementwise = (key: string, cells: number, block: number) => ({
  instruction: { kernel: "elementwise", words: [{ key }, cells, block, { data, offset: 0 }] },
});

export async function computes(page: Page): Promise<void> {
  setThreads(3);
  const run = runtime();
  equal(run.shared, page !== "plain");
  equal(getThreads(), page === "plain" ? 1 : 3);
  const at = run.allocate(4000);
  run.cells("int32", at, 1000).fill(0);
  let sum = 0;
  for (let i = 1; i <= 30; i++) {
    run.load([`add ${i}`], handMade([adding(i)]));
    const program = run.program([elementwise(`add ${i}`, 1000, 16), elementwise("add 1", 1000, 8)], () => at);
    for (let k = 0; k < 20; k++) program.run();
    sum += 20 * (i + 1);
    if (i % 10 === 0) await whenReady();
    program.dispose();
  }
  equal([...new Set(run.cells("int32", at, 1000))], [sum]);
}

export async function workersWorkAtTheSameTime(page: Page): Promise<void> {
  if (page === "plain" || page === "strict") return;
  setThreads(2);
  const run = runtime();
  run.load(["meet"], handMade([meeting]));
  const at = run.allocate(4);
  const program = run.program([elementwise("meet", 2, 1)], () => at);
  await whenReady();
  for (let i = 0; i < 50; i++) {
    run.cells("int32", at, 1)[0] = 0;
    program.run();
    equal(run.cells("int32", at, 1)[0], 2);
  }
}

export function memoryGrows(): void {
  const run = runtime();
  const small = run.allocate(4);
  run.cells("float32", small, 1)[0] = 7;
  const large = run.allocate(200 * 2 ** 20);
  run.cells("bool", large, 200 * 2 ** 20).fill(1);
  equal(run.cells("float32", small, 1)[0], 7);
  run.free(large);
}
