import { ChainruleError, show } from "../../errors.ts";
import { full, variable } from "../../tensor/create.ts";
import type { Variable } from "../../tensor/tensor.ts";

/** Numbers by name: the first value of every cell of a slot. */
export type Slots = Readonly<Record<string, number>>;

const slotOf = (owner: Variable, name: string, first: number): Variable =>
  variable(full(owner.shape, first, owner.dtype), { name, trainable: false });

/** What an optimizer remembers: tensors of the shape of each variable, and numbers that all share. */
export class SlotTable {
  readonly #slots: ReadonlyMap<Variable, Map<string, Variable>>;
  readonly #counters: ReadonlyMap<string, Variable>;
  /** All of them in Keras's order: block by block, variable by variable within it; the counters last. */
  readonly variables: readonly Variable[];

  constructor(owner: string, owned: readonly Variable[], blocks: readonly Slots[], counters: Slots) {
    this.#slots = new Map(owned.map((x) => [x, new Map()]));
    const made: Variable[] = [];
    for (const block of blocks) {
      for (const [i, x] of owned.entries()) {
        const path = (x.name ?? `variable_${i}`).replaceAll("/", "_");
        for (const [name, first] of Object.entries(block)) {
          const slot = slotOf(x, `${owner}/${path}_${name}`, first);
          this.#slots.get(x)!.set(name, slot);
          made.push(slot);
        }
      }
    }
    this.#counters = new Map(
      Object.entries(counters).map(([name, first]) => [
        name,
        variable(first, { name: `${owner}/${name}`, dtype: "float64", trainable: false }),
      ]),
    );
    this.variables = [...made, ...this.#counters.values()];
  }

  /** Refuses variables that there are no slots for. */
  checkKnown(variables: readonly Variable[]): void {
    const strange = variables.findIndex((x) => !this.#slots.has(x));
    if (strange < 0) return;
    throw new ChainruleError(
      `${variables[strange]!.name ?? `variable ${strange}`} is not among the ${this.#slots.size} variables that this ` +
        "optimizer was built for; make a new optimizer for other variables",
    );
  }

  /** The slots of a variable by name. */
  of(owner: Variable): ReadonlyMap<string, Variable> {
    return this.#slots.get(owner)!;
  }

  slot(owner: Variable, name: string): Variable {
    const found = this.of(owner).get(name) ?? this.#counters.get(name);
    if (found !== undefined) return found;
    const known = [...this.of(owner).keys(), ...this.#counters.keys()];
    throw new ChainruleError(
      `there is no slot ${show(name)}; slots() declares ${known.join(", ") || "none"}`,
    );
  }

  counter(name: string): Variable {
    const found = this.#counters.get(name);
    if (found !== undefined) return found;
    throw new ChainruleError(
      `there is no counter ${show(name)}; counters() declares ${[...this.#counters.keys()].join(", ") || "none"}`,
    );
  }
}
