import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** The module as it is where these globals are. */
async function load(globals: Readonly<Record<string, unknown>>) {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const { pause } = await import("../../src/training/loop/pause.ts");
  return pause;
}

let now = 0;

beforeEach(() => {
  vi.resetModules();
  now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it.each<[string, Readonly<Record<string, unknown>>]>([
  ["in Node", {}],
  ["in a browser, by a message", { setImmediate: undefined }],
])("gives others their turn, sixty times a second: %s", async (_, globals) => {
  const pause = await load(globals);
  /** Whether a pause lets through more than what was promised already. */
  const takesTurn = async () => {
    let over = false;
    const end = pause().then(() => {
      over = true;
    });
    for (let i = 0; i < 100; i++) await null;
    const took = !over;
    await end;
    return took;
  };
  expect([await takesTurn(), await takesTurn()]).toEqual([true, false]);
  now += 20;
  expect(await takesTurn()).toBe(true);
});
