import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { folder } from "../harness/folder.ts";
import { quick } from "../harness/options.ts";
import type { Contender } from "../harness/workload.ts";
import { interpreter, type Library } from "./python.ts";

const run = promisify(execFile);

/** What a probe in a fresh process found about itself. */
interface Found {
  readonly microseconds: number;
  readonly bytes: number;
  readonly checked: readonly number[];
}

/** A program to be started afresh. */
export type Command = readonly [program: string, ...args: string[]];

export const nodeProbe = (name: string, ...args: string[]): Command => {
  const script = fileURLToPath(new URL(`../probes/${name}.js`, import.meta.url));
  return [process.execPath, script, ...args, ...(quick ? ["--quick"] : [])];
};

export const pythonProbe = (library: Library, ...args: string[]): Command => [
  interpreter,
  fileURLToPath(new URL("peers/python/probe.py", folder)),
  library,
  ...args,
];

/** What the program prints: one line of JSON. */
export async function ask<T>([program, ...args]: Command): Promise<T> {
  try {
    return JSON.parse((await run(program, args)).stdout) as T;
  } catch (error) {
    const lines = (error as { stderr?: string }).stderr?.trim().split("\n");
    throw new Error(lines?.at(-1) || String(error));
  }
}

/** A contender whose every run is a process of its own. */
export const freshContender = (name: string, quantity: "time" | "memory", command: Command): Contender => ({
  name,
  setup: async () => async () => {
    const { microseconds, bytes, checked } = await ask<Found>(command);
    return { checked, said: "", amount: quantity === "time" ? microseconds : bytes };
  },
});
