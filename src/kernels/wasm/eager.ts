import { type Cells, dtypeOf } from "../../dtype.ts";
import type { Kernels } from "../kernels.ts";
import { reference } from "../reference/reference.ts";
import { isView, workOf } from "../work.ts";
import type { Instruction } from "./instruction.ts";
import { lower } from "./lower/lower.ts";
import { type Runtime, runtime } from "./runtime/runtime.ts";

type Name = keyof Kernels;
type Arguments = readonly unknown[];

/** Less work than this is done before the operands have been copied. */
const smallWork = 2 ** 14;

/** Runs one kernel on cells that are copied in and out; false where it refuses. */
function compute(name: Name, args: Arguments): boolean {
  const machine = runtime();
  const lowered = lower(name, args, machine.threads);
  if (lowered === undefined) return false;
  const taken: number[] = [];
  const addresses = new Map<Cells, number>();
  const reserve = (data: Cells, bytes: number): number => {
    const address = machine.allocate(bytes);
    taken.push(address);
    addresses.set(data, address);
    return address;
  };
  try {
    for (const [data, bytes] of lowered.scratch) reserve(data, bytes);
    const views = args.filter(isView);
    for (const { data } of views) if (!addresses.has(data)) reserve(data, data.byteLength);
    for (const { data } of views.slice(0, -1)) cellsAt(machine, addresses, data).set(data);
    run(machine, lowered.instructions, addresses);
    const out = views.at(-1)!.data;
    out.set(cellsAt(machine, addresses, out));
  } finally {
    for (const address of taken) machine.free(address);
  }
  return true;
}

const cellsAt = (machine: Runtime, addresses: ReadonlyMap<Cells, number>, data: Cells): Cells =>
  machine.cells(dtypeOf(data), addresses.get(data)!, data.length);

function run(
  machine: Runtime,
  instructions: readonly Instruction[],
  addresses: ReadonlyMap<Cells, number>,
): void {
  const steps = instructions.map((instruction) => ({ instruction }));
  const program = machine.program(steps, (data) => addresses.get(data)!);
  try {
    program.run();
  } finally {
    program.dispose();
  }
}

/** Whether there is WebAssembly; asked when it is first needed. */
export function canRun(): boolean {
  works ??= attempt();
  return works;
}

let works: boolean | undefined;

function attempt(): boolean {
  try {
    runtime();
    return true;
  } catch {
    return false;
  }
}

const eager = (name: Name) => [
  name,
  (...args: Arguments): void => {
    if (workOf(name, args) >= smallWork && canRun() && compute(name, args)) return;
    (reference[name] as (...args: Arguments) => void)(...args);
  },
];

/** Kernels that do so much with each cell that it is worth the way there and back. */
const busy: readonly Name[] = [
  "matmul",
  "conv2d",
  "conv2dInput",
  "conv2dFilter",
  "maxPool",
  "maxPoolGather",
  "maxPoolScatter",
  "averagePool",
  "averagePoolScatter",
  "reduce",
  "scan",
];

/** Kernels for ops that run one by one: in WebAssembly where that pays, else the reference. */
export const wasm: Kernels = { ...reference, ...Object.fromEntries(busy.map(eager)) };
