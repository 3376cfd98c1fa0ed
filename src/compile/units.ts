import { type Cells, dtypeOf } from "../dtype.ts";
import { noteFallback } from "../kernels/backend.ts";
import { assemble, type FusedCode, lowerFused } from "../kernels/wasm/fused/fused.ts";
import type { Instruction, Place } from "../kernels/wasm/instruction.ts";
import { type Lowered, lower } from "../kernels/wasm/lower/lower.ts";
import type { Step } from "../kernels/wasm/runtime/program.ts";
import type { Runtime } from "../kernels/wasm/runtime/runtime.ts";
import { fused, isElementwise } from "../ops/trace/fusing.ts";
import type { Call, Tape } from "../ops/trace/tape.ts";
import { type Group, Grouping } from "./groups.ts";
import { prepared, type Stages } from "./stages.ts";

/** What runs without a pause: instructions, or a call that the reference computes. */
export interface Unit {
  readonly stage: number;
  readonly steps: readonly Step[];
  readonly fallback: Call | undefined;
  /** The calls that it is made of. */
  readonly group: Group;
  /** The buffers that it reads and writes. What only its own elementwise calls pass on needs no memory. */
  readonly touches: readonly Cells[];
  /** Bytes of the memory that only its instructions use. */
  readonly scratch: ReadonlyMap<Cells, number>;
}

const isPlace = (word: unknown): word is Place => typeof word === "object" && word !== null && "data" in word;

/** Makes units of the calls of a tape. `kept` are the buffers that are read from outside. */
export class Units {
  readonly grouping: Grouping;
  readonly #tape: Tape;
  readonly #runtime: Runtime;
  readonly #kept: ReadonlySet<Cells>;
  readonly #stages: Stages;
  readonly #lowered = new Map<Call, Lowered | undefined>();
  readonly #codes = new Map<string, FusedCode>();

  constructor(tape: Tape, stages: Stages, kept: ReadonlySet<Cells>, runtime: Runtime) {
    this.#tape = tape;
    this.#runtime = runtime;
    this.#kept = kept;
    this.#stages = stages;
    const elementwise = new Set<Call>();
    for (const [call, stage] of stages.of) {
      const isFixed = (operand: Place) => stage !== prepared && stages.isFixed(operand);
      if (isElementwise(tape, call)) elementwise.add(call);
      else this.#lowered.set(call, lower(call.kernel, call.args, { threads: runtime.threads, isFixed }));
    }
    this.grouping = new Grouping(tape, stages.of, {
      isElementwise: (call) => elementwise.has(call),
      grainOf: (call) => this.#lowered.get(call)?.instructions.at(-1)?.epilogue?.grain,
    });
  }

  /** All units in the order in which they run; what they generated is loaded. */
  ordered(): Unit[] {
    const units = this.grouping.ordered().flatMap((group) => this.#unitsOf(group));
    const codes = [...this.#codes.values()].filter(({ key }) => !this.#runtime.knows(key));
    if (codes.length > 0) {
      this.#runtime.load(
        codes.map(({ key }) => key),
        (shared) => assemble(codes, shared),
      );
    }
    return units.sort((a, b) => a.stage - b.stage);
  }

  /** Whether calls outside of its group, or the caller, read the result of a call. */
  isNeeded(call: Call, group: Group): boolean {
    const { data } = call.out;
    return this.#kept.has(data) || [...this.grouping.readers(data)].some((reader) => reader !== group);
  }

  #unitsOf(group: Group): Unit[] {
    const { head, elementwise, stage } = group;
    const lowered = head && this.#lowered.get(head);
    const touches = this.#touched(group);
    if (head !== undefined && lowered === undefined) {
      noteFallback(nameOf(head));
      return [{ stage, group, touches, steps: [], fallback: head, scratch: new Map() }];
    }
    const tail = elementwise.length > 0 ? this.#generate(group) : undefined;
    const steps: Step[] = (lowered?.instructions ?? []).map((instruction) => ({ instruction }));
    const count = lowered ? this.#preparations(lowered.instructions, stage) : 0;
    if (tail !== undefined) {
      const last = steps.at(-1);
      const grain = last?.instruction.epilogue?.grain ?? 0;
      if (last && grain % tail.grain === 0) steps[steps.length - 1] = { ...last, epilogue: tail.instruction };
      else steps.push({ instruction: tail.instruction });
    }
    const unit = (at: number, own: readonly Step[], touched: readonly Cells[]): Unit => {
      const mentioned = new Set(own.flatMap(cellsIn));
      const scratch = new Map([...(lowered?.scratch ?? [])].filter(([cells]) => mentioned.has(cells)));
      return { stage: at, group, touches: touched, steps: own, fallback: undefined, scratch };
    };
    const rest = unit(stage, steps.slice(count), touches);
    return count > 0 ? [unit(prepared, steps.slice(0, count), []), rest] : [rest];
  }

  #touched(group: Group): Cells[] {
    const { elementwise, calls } = group;
    const passed = elementwise.filter((call) => !this.isNeeded(call, group)).map(({ out }) => out.data);
    const views = calls.flatMap(({ reads, out }) => [...reads, out]);
    return views.map(({ data }) => data).filter((cells) => !passed.includes(cells));
  }

  /** How many of the first instructions only work on what stays the same. */
  #preparations(instructions: readonly Instruction[], stage: number): number {
    if (stage === prepared) return 0;
    const changing = instructions.findIndex(({ prepares }) => !(prepares && this.#stages.isFixed(prepares)));
    return Math.max(changing, 0);
  }

  #generate(group: Group): { instruction: Instruction; grain: number } {
    const { code, ...generated } = lowerFused(
      fused(this.#tape, group.elementwise, (call) => this.isNeeded(call, group)),
    );
    this.#codes.set(code.key, code);
    return generated;
  }
}

/** The cells that a step mentions. */
export const cellsIn = ({ instruction, epilogue }: Step): Cells[] =>
  [...instruction.words, ...(epilogue?.words ?? [])].filter(isPlace).map(({ data }) => data);

/** What a call computes, for people. */
const nameOf = ({ kernel, args, out }: Call): string =>
  `${kernel}${typeof args[0] === "string" ? ` ${args[0]}` : ""} in ${dtypeOf(out.data)}`;
