import { phases } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import { groupsOf } from "./rows.ts";
import { throughOf } from "./state.ts";

const words: Readonly<Record<string, (trace: Trace) => number[]>> = {
  nonfinite: (trace) => trace.find({ nonFinite: true }),
  zero: (trace) => trace.find({ zero: true }).filter((step) => trace.steps[step]!.phase !== "forward"),
  ...Object.fromEntries(phases.map((phase) => [phase, (trace: Trace) => trace.find({ phase })])),
};

/** Words that are looked for as what they mean. */
export const searchWords: readonly string[] = Object.keys(words);

/**
 * The steps that a text is about: those of an op, a layer, the class of a layer or a tensor with such a name; else those with
 * names that the text is a part of; or one of {@link searchWords}.
 */
export function stepsAbout(trace: Trace, text: string): number[] {
  const name = text.trim();
  const sought = name.toLowerCase();
  if (sought === "") return [];
  if (Object.hasOwn(words, sought)) return words[sought]!(trace);
  const named = namesOf(trace);
  const fits = (is: (name: string) => boolean): number[] =>
    trace.steps.flatMap((step, index) =>
      [...named(throughOf(step)), trace.nodes[step.node]!.label].some(is) ? [index] : [],
    );
  const ways: ((name: string) => boolean)[] = [
    (one) => one === name,
    (one) => one.toLowerCase() === sought,
    (one) => one.toLowerCase().includes(sought),
  ];
  return ways.map(fits).find((found) => found.length > 0) ?? [];
}

/** What a node and the layers around it are called. */
function namesOf(trace: Trace): (node: number) => readonly string[] {
  const known = new Map<number, readonly string[]>();
  return (index) => {
    const found = known.get(index);
    if (found !== undefined) return found;
    const node = trace.nodes[index]!;
    const layers = groupsOf(trace, node).flatMap((group) => [
      trace.groups[group]!.name,
      trace.groups[group]!.kind,
    ]);
    const names = [node.label, ...(node.op === undefined ? [] : [node.op]), ...layers];
    known.set(index, names);
    return names;
  };
}
