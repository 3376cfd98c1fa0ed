import fc from "fast-check";
import { expect, it } from "vitest";
import { Precedence } from "../../src/compile/precedence.ts";
import { streamFrom } from "../../src/random.ts";
import { runs } from "../support/compiled.ts";

interface Node {
  readonly id: number;
}

/** The same by search. */
class Searched {
  readonly before = new Map<Node, Set<Node>>();

  isAfter(one: Node, other: Node): boolean {
    const seen = new Set(this.before.get(one));
    for (const next of seen) for (const before of this.before.get(next)!) seen.add(before);
    return seen.has(other);
  }

  merge(one: Node, gone: Node): void {
    const all = new Set([...this.before.get(one)!, ...this.before.get(gone)!]);
    this.before.delete(gone);
    this.before.set(one, all);
    for (const before of this.before.values()) if (before.delete(gone)) before.add(one);
    all.delete(one);
  }
}

it("answers as a search would, whatever is added, delayed and merged", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 50 }), (seed, count) => {
      const random = streamFrom(String(seed));
      const [quick, slow] = [new Precedence<Node>(count), new Searched()];
      const some = (): Node[] => [...slow.before.keys()].filter(() => random.below(6) === 0);
      const one = (): Node => [...slow.before.keys()][random.below(slow.before.size)]!;
      const lieBetween = (a: Node, b: Node) =>
        [...slow.before.keys()].some((x) => slow.isAfter(x, a) && slow.isAfter(b, x));
      for (let id = 0; id < count; id++) {
        const [node, others] = [{ id }, some()];
        quick.add(node, others);
        slow.before.set(node, new Set(others));
        const [a, b] = [one(), one()];
        const later = some().filter((x) => x !== a && !slow.isAfter(x, a));
        quick.delay(a, later);
        for (const x of later) slow.before.get(a)!.add(x);
        if (a === b || random.below(2) === 0 || lieBetween(a, b) || lieBetween(b, a)) continue;
        quick.merge(a, b);
        slow.merge(a, b);
      }
      for (const x of slow.before.keys()) {
        for (const y of slow.before.keys()) if (x !== y) expect(quick.isAfter(x, y)).toBe(slow.isAfter(x, y));
      }
    }),
    runs(60),
  );
});
