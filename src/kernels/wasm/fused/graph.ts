import { type Bytes, get, tee } from "./encoder.ts";
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
}

/**
 * Expressions with equal ones made one, each at the loop where it belongs. What is needed more than once or in a deeper loop
 * lives in a local.
 */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, Node>();
  readonly #seen = new Map<Vector, Node>();
  readonly #roots: readonly Node[];
  readonly #levelOf: (input: number) => Level;
  /** What the locals hold at the present place in the code. */
  #computed = new Set<Node>();

  constructor(roots: readonly Vector[], levelOf: (input: number) => Level, local: () => number) {
    this.#levelOf = levelOf;
    this.#roots = roots.map((root) => this.#node(root));
    for (const root of this.#roots) this.#use(root, 2);
    for (const node of this.#nodes) for (const arg of node.args) this.#use(arg, node.level);
    for (const node of this.#nodes) {
      if (node.input !== undefined || node.hoisted || node.uses > 1) node.local = local();
    }
  }

  #node(vector: Vector): Node {
    const before = this.#seen.get(vector);
    if (before !== undefined) return before;
    const args = vector.args.map((arg) => this.#node(arg));
    const key = `${vector.code}|${args.map(({ id }) => id)}|${vector.input}`;
    let node = this.#known.get(key);
    if (node === undefined) {
      const own = vector.input === undefined ? 0 : this.#levelOf(vector.input);
      const level = args.reduce<Level>((most, arg) => (arg.level > most ? arg.level : most), own);
      const { code, input } = vector;
      const id = this.#nodes.length;
      node = { id, code, args, level, input, uses: 0, hoisted: false, local: undefined };
      this.#known.set(key, node);
      this.#nodes.push(node);
    }
    this.#seen.set(vector, node);
    return node;
  }

  #use(node: Node, level: Level): void {
    node.uses++;
    node.hoisted ||= node.level < level;
  }

  /** The inputs that are read at a level, with their locals. */
  inputs(level: Level): { readonly input: number; readonly local: number }[] {
    return this.#nodes.flatMap(({ input, level: own, local }) =>
      input !== undefined && own === level ? [{ input, local: local! }] : [],
    );
  }

  /** Starts the code of a level, after its inputs: computes what deeper loops need. */
  enter(level: Level): Bytes {
    this.#computed = new Set(this.#nodes.filter((node) => node.level < level || node.input !== undefined));
    const hoisted = this.#nodes.filter(
      (node) => node.hoisted && node.level === level && node.input === undefined,
    );
    return hoisted.flatMap((node) => [...this.#push(node), drop]);
  }

  /** Leaves the value of a root on the stack. */
  root(i: number): Bytes {
    return this.#push(this.#roots[i]!);
  }

  #push(node: Node): Bytes {
    if (node.local !== undefined && this.#computed.has(node)) return get(node.local);
    const code = [...node.args.flatMap((arg) => this.#push(arg)), ...node.code];
    if (node.local === undefined) return code;
    this.#computed.add(node);
    return [...code, ...tee(node.local)];
  }
}

const drop = 0x1a;
