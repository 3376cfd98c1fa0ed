import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { colorsOf, interact, keyName } from "../src/cli/interact.ts";
import * as c from "../src/index.ts";
import { loadTrace, record } from "../src/stepper/index.ts";
import { start } from "../src/stepper/terminal/state.ts";

afterEach(() => vi.unstubAllEnvs());

/** A terminal that remembers what was done to it. */
function terminal(depth = 24) {
  const keyboard = Object.assign(new PassThrough(), { raw: false, setRawMode });
  function setRawMode(raw: boolean): void {
    keyboard.raw = raw;
  }
  const written: string[] = [];
  const screen = Object.assign(new PassThrough(), { columns: 100, rows: 30, getColorDepth: () => depth });
  screen.on("data", (chunk: Buffer) => written.push(chunk.toString()));
  return { keyboard, screen, last: () => written.at(-1) ?? "", all: () => written.join("") };
}

const trace = () => record(() => c.variable(3, { name: "w" }).square());
const left = "\u001b[?25h\u001b[?1049l";
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("keys go through the steps, and quitting leaves the terminal as it was", async () => {
  const { keyboard, screen, last, all } = terminal();
  const done = interact(start(trace(), "square"), keyboard, screen);
  expect(keyboard.raw).toBe(true);
  keyboard.write("\u001b[C");
  await settled();
  expect(last()).toContain("step 1 of 2");
  keyboard.write("\u001b[1;2C");
  await settled();
  expect(last()).toContain("step 2 of 2");
  screen.columns = 60;
  screen.emit("resize");
  await settled();
  expect(last().split("\r\n")).toHaveLength(30);
  keyboard.write("q");
  await done;
  expect(keyboard.raw).toBe(false);
  expect(all()).toContain("\u001b[?1049h");
  expect(all().endsWith(left)).toBe(true);
  expect([keyboard.listenerCount("keypress"), screen.listenerCount("resize")]).toEqual([0, 0]);
});

test("an error leaves the terminal as it was, too", async () => {
  const { keyboard, screen, all } = terminal();
  const done = interact(start(trace(), "square"), keyboard, screen);
  Object.defineProperty(screen, "rows", {
    get: () => {
      throw new Error("no screen");
    },
  });
  keyboard.write("]");
  await expect(done).rejects.toThrow("no screen");
  expect(keyboard.raw).toBe(false);
  expect(all().endsWith(left)).toBe(true);
});

test("the end of the input quits", async () => {
  const { keyboard, screen } = terminal();
  const done = interact(start(trace(), "square"), keyboard, screen);
  keyboard.end();
  await done;
  expect(keyboard.raw).toBe(false);
});

test("s saves what is shown, or says why it cannot", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-"));
  const path = join(folder, "t.json");
  const { keyboard, screen, last } = terminal();
  const done = interact(start(trace(), "square"), keyboard, screen);
  const answer = async (text: string) => {
    keyboard.write(`s${"\u007f".repeat("trace.json".length)}${text}\r`);
    await settled();
  };
  await answer(path);
  expect(last()).toContain("saved as");
  expect(loadTrace(readFileSync(path, "utf8"))).toHaveLength(3);
  await answer(join(path, "t.json"));
  expect(last()).toContain("ENOTDIR");
  keyboard.write("\u0003");
  await done;
  rmSync(folder, { recursive: true });
});

test("without colors only the cursor is moved", async () => {
  vi.stubEnv("NO_COLOR", "1");
  const { keyboard, screen, last } = terminal();
  const done = interact(start(trace(), "square"), keyboard, screen);
  await settled();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what this is about.
  expect(last()).not.toMatch(/\u001b\[[\d;]*m/);
  keyboard.write("q");
  await done;
});

test("colors are those that the terminal has", () => {
  vi.stubEnv("NO_COLOR", "");
  expect([24, 8, 4, 1].map((depth) => colorsOf(terminal(depth).screen))).toEqual([
    "truecolor",
    "256",
    "none",
    "none",
  ]);
  vi.stubEnv("NO_COLOR", "1");
  expect(colorsOf(terminal(24).screen)).toBe("none");
});

test("keys have the names that the commands know", () => {
  expect(keyName("q", { name: "q" })).toBe("q");
  expect(keyName("N", { name: "n", shift: true })).toBe("N");
  expect(keyName("\r", { name: "return" })).toBe("enter");
  expect(keyName(undefined, { name: "right", shift: true })).toBe("shift+right");
  expect(keyName("\u0003", { name: "c", ctrl: true })).toBe("ctrl+c");
  expect(keyName(" ", { name: "space" })).toBe("space");
  expect(keyName("\u001bq", { name: "q", meta: true })).toBeUndefined();
  expect(keyName("\u001b", { name: "escape", meta: true })).toBe("escape");
});
