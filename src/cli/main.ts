import { readFileSync } from "node:fs";
import { nearest, show } from "../errors.ts";
// Programs and lessons use the methods of tensors, which come with the package's entry point.
import "../index.ts";
import { complaintOf, Failure } from "./failure.ts";
import { help } from "./help.ts";
import { step } from "./step.ts";

function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

const subcommands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  step,
  lessons: async (args) => (await import("./lessons.ts")).lessons(args),
};

async function run(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || args.includes("--help") || args.includes("-h")) return console.log(help());
  if (name === "--version" || name === "-v") return console.log(version());
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined) {
    const known = nearest(name, Object.keys(subcommands)).join(", ");
    throw new Failure(`there is no subcommand ${show(name)}; known: ${known}. See chainrule --help.`);
  }
  await subcommand(rest);
}

/** Runs the command; gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return 0;
  } catch (error) {
    const complaint = complaintOf(error);
    if (complaint === undefined) throw error;
    console.error(`chainrule: ${complaint}`);
    return 1;
  }
}
