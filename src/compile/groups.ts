import type { Cells } from "../dtype.ts";
import { type Call, cellsOf, type Tape } from "../ops/trace/tape.ts";
import { Precedence } from "./precedence.ts";

/**
 * Calls that run as one: elementwise ones over the same cells, and perhaps a call before them (a convolution, say) whose
 * result they work on block by block.
 */
export class Group {
  head: Call | undefined;
  readonly elementwise: Call[] = [];
  /** That of the call that it was made for. */
  readonly id: number;
  readonly stage: number;

  constructor(call: Call, stage: number, elementwise: boolean) {
    this.id = call.index;
    this.stage = stage;
    if (elementwise) this.elementwise.push(call);
    else this.head = call;
  }

  get calls(): readonly Call[] {
    return this.head ? [this.head, ...this.elementwise] : this.elementwise;
  }

  /** Where it stands by its first call. */
  get first(): number {
    return Math.min(...this.calls.map(({ index }) => index));
  }
}

/** What the grouping must know of calls. */
export interface Traits {
  /** Whether a call maps cells one by one and can be part of a generated kernel. */
  isElementwise(call: Call): boolean;
  /** Whether elementwise calls can follow on its blocks of so many cells; `undefined` if not. */
  grainOf(call: Call): number | undefined;
}

/** Sorts the calls into groups, as few as dependencies allow. */
export class Grouping {
  readonly #tape: Tape;
  readonly #traits: Traits;
  readonly #groupOf = new Map<Call, Group>();
  readonly #readers = new Map<Cells, Call[]>();
  /** Orders that do not come from data: a group must wait for these. */
  readonly #after = new Map<Group, Set<Group>>();
  readonly #precedence: Precedence<Group>;

  constructor(tape: Tape, stages: ReadonlyMap<Call, number>, traits: Traits) {
    this.#tape = tape;
    this.#traits = traits;
    this.#precedence = new Precedence(tape.calls.length);
    for (const call of tape.calls) {
      const stage = stages.get(call);
      if (stage === undefined) continue;
      for (const { data } of call.reads) {
        const readers = this.#readers.get(data);
        if (readers === undefined) this.#readers.set(data, [call]);
        else readers.push(call);
      }
      const elementwise = traits.isElementwise(call);
      const group = new Group(call, stage, elementwise);
      this.#groupOf.set(call, group);
      this.#precedence.add(group, this.#before(group));
      if (!elementwise) continue;
      for (const producer of this.#producers(call)) this.#join(this.#groupOf.get(producer)!, call);
    }
    for (const group of new Set(this.#groupOf.values())) this.#takeHead(group);
  }

  /** The groups, each after those that it needs; earlier calls first where there is a choice. */
  ordered(): Group[] {
    const groups = [...new Set(this.#groupOf.values())].sort(
      (a, b) => a.stage - b.stage || a.first - b.first,
    );
    const done = new Set<Group>();
    const visit = (group: Group): void => {
      if (done.has(group)) return;
      done.add(group);
      for (const before of this.#before(group)) visit(before);
      order.push(group);
    };
    const order: Group[] = [];
    for (const group of groups) visit(group);
    return order;
  }

  groupOf(call: Call): Group {
    return this.#groupOf.get(call)!;
  }

  /** The groups that read a buffer. */
  readers(cells: Cells): Set<Group> {
    return new Set(this.#readers.get(cells)?.map((call) => this.#groupOf.get(call)!));
  }

  /** Makes a group wait for others, or says that it cannot, since one of them waits for it. */
  wait(group: Group, others: ReadonlySet<Group>): boolean {
    if ([...others].some((other) => this.#precedence.isAfter(other, group))) return false;
    this.#precedence.delay(group, others);
    this.#after.set(group, new Set([...(this.#after.get(group) ?? []), ...others]));
    return true;
  }

  /** The elementwise calls whose whole results a call reads, cell by cell as its own. */
  #producers(call: Call): Call[] {
    return call.reads.flatMap((view) => {
      const [writer, ...more] = this.#tape.buffer(view).writers;
      if (writer === undefined || more.length > 0 || !this.#traits.isElementwise(writer)) return [];
      return this.#tape.isCellByCell(view, call.out) ? [writer] : [];
    });
  }

  /** Puts the group of a call into another, where nothing outside lies between them. */
  #join(target: Group, call: Call): void {
    const group = this.#groupOf.get(call)!;
    if (target === group || target.stage !== group.stage) return;
    if (cellsOf(target.elementwise[0]!.out) !== cellsOf(call.out)) return;
    if (this.#crosses(target, group) || this.#crosses(group, target)) return;
    if (this.#between(target, group) || this.#between(group, target)) return;
    target.elementwise.push(...group.elementwise);
    target.elementwise.sort((a, b) => a.index - b.index);
    for (const moved of group.elementwise) this.#groupOf.set(moved, target);
    this.#precedence.merge(target, group);
  }

  /** Gives an elementwise group the latest call before it that it can follow block by block. */
  #takeHead(group: Group): void {
    if (group.head !== undefined || group.elementwise.length === 0) return;
    const [first] = group.elementwise as [Call];
    const heads = group.elementwise
      .flatMap((call) => call.reads)
      .filter((view) => this.#tape.isCellByCell(view, first.out))
      .flatMap((view) => this.#tape.buffer(view).writers)
      .filter((writer) => this.#traits.grainOf(writer) !== undefined)
      .sort((a, b) => b.index - a.index);
    const head = heads.find((call) => {
      const alone = this.#groupOf.get(call)!;
      const fits = alone.stage === group.stage && alone.elementwise.length === 0;
      if (!fits || this.#crosses(alone, group)) return false;
      return !this.#between(alone, group) && !this.#between(group, alone);
    });
    if (head === undefined) return;
    group.head = head;
    this.#precedence.merge(group, this.#groupOf.get(head)!);
    this.#groupOf.set(head, group);
  }

  /** Whether elementwise calls of `to` read results of `from` otherwise than cell by cell: turned round, say. */
  #crosses(from: Group, to: Group): boolean {
    const made = new Set(from.calls.map(({ out }) => out.data));
    return to.elementwise.some((call) =>
      call.reads.some((view) => made.has(view.data) && !this.#tape.isCellByCell(view, call.out)),
    );
  }

  /** Whether something outside of both needs `from` and is needed by `to`. */
  #between(from: Group, to: Group): boolean {
    return [...this.#before(to)].some((group) => group !== from && this.#precedence.isAfter(group, from));
  }

  /** The groups that a group needs directly. */
  #before(group: Group): Set<Group> {
    const needed = new Set(this.#after.get(group));
    for (const call of group.calls) {
      for (const before of this.#needs(call)) needed.add(this.#groupOf.get(before)!);
    }
    needed.delete(group);
    return needed;
  }

  /** The calls that must come before a call: those that write what it reads, or wrote into the same buffer. */
  #needs(call: Call): Call[] {
    return [...call.reads, call.out].flatMap((view) =>
      this.#tape.buffer(view).writers.filter((writer) => writer.index < call.index),
    );
  }
}
