import { type Bytes, get, set } from "./encoder.ts";
import type { Vector } from "./vector.ts";

/** How often a value changes: never, with each row, with each cell. */
export type Level = 0 | 1 | 2;

interface Node {
  readonly id: number;
  readonly code: Bytes;
  readonly args: readonly Node[];
  readonly level: Level;
  readonly input: number | undefined;
  uses: number;
  /** Needed in a deeper loop than it is computed in. */
  hoisted: boolean;
  local: number | undefined;
  /** How deep its code is nested: only values in locals end a nest. */
  depth: number;
}

// V8 and this file work through nested code by recursion.
const deepest = 64;

/**
 * Expressions with equal ones made one, each computed in the outermost loop that it can be. What is needed twice or in a
 * deeper loop lives in a local; the rest is written where it is used.
 */
export class Graph {
  /** Each after its arguments. */
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, Node>();
  readonly #seen = new Map<Vector, Node>();
  readonly #roots: readonly Node[];
  readonly #levelOf: (input: number) => Level;

  /** `vectors` may hold what the roots are made of, in order, so that a long chain is no deep recursion. */
  constructor(
    vectors: readonly Vector[],
    roots: readonly Vector[],
    levelOf: (input: number) => Level,
    local: () => number,
  ) {
    this.#levelOf = levelOf;
    for (const vector of vectors) this.#node(vector);
    this.#roots = roots.map((root) => this.#node(root));
    for (const root of this.#roots) use(root, 2);
    for (let id = this.#nodes.length - 1; id >= 0; id--) {
      const { uses, level, args } = this.#nodes[id]!;
      if (uses > 0) for (const arg of args) use(arg, level);
    }
    for (const node of this.#nodes) {
      node.depth = 1 + Math.max(0, ...node.args.map((arg) => (arg.local === undefined ? arg.depth : 0)));
      const isKept = node.input !== undefined || node.hoisted || node.uses > 1 || node.depth > deepest;
      if (node.uses > 0 && isKept) node.local = local();
    }
  }

  #node(vector: Vector): Node {
    const before = this.#seen.get(vector);
    if (before !== undefined) return before;
    const { code, input } = vector;
    const args = vector.args.map((arg) => this.#node(arg));
    const key = `${code}|${args.map(({ id }) => id)}|${input}`;
    let node = this.#known.get(key);
    if (node === undefined) {
      const own = input === undefined ? 0 : this.#levelOf(input);
      const level = args.reduce<Level>((most, arg) => (arg.level > most ? arg.level : most), own);
      const id = this.#nodes.length;
      node = { id, code, args, level, input, uses: 0, hoisted: false, local: undefined, depth: 0 };
      this.#known.set(key, node);
      this.#nodes.push(node);
    }
    this.#seen.set(vector, node);
    return node;
  }

  /** The code at the start of a level: fills the locals that belong to it; `load` leaves the cells of an input. */
  enter(level: Level, load: (input: number) => Bytes): Bytes {
    const kept = this.#nodes.filter((node) => node.level === level && node.local !== undefined);
    const [inputs, others] = [kept.filter(isInput), kept.filter((node) => !isInput(node))];
    return [...inputs, ...others].flatMap(({ input, args, code, local }) => [
      ...(input === undefined ? [...args.flatMap(push), ...code] : load(input)),
      ...set(local!),
    ]);
  }

  /** Leaves the value of a root on the stack. */
  root(i: number): Bytes {
    return push(this.#roots[i]!);
  }
}

const isInput = ({ input }: Node): boolean => input !== undefined;

function use(node: Node, level: Level): void {
  node.uses++;
  node.hoisted ||= node.level < level;
}

const push = ({ local, args, code }: Node): Bytes =>
  local === undefined ? [...args.flatMap(push), ...code] : get(local);
