import { drain, isTrainable, walk } from "../../autodiff/backward.ts";
import { type Bound, forwardRule } from "../../autodiff/rule.ts";
import type { Step } from "../../autodiff/step.ts";
import { ChainruleError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { type Scope, type Tensor, Variable } from "../../tensor/tensor.ts";
import { LiveTensor } from "./live-tensor.ts";
import type { GroupRecord, NodeRecord, StepRecord, Tables } from "./records.ts";
import { sourceOf } from "./source.ts";

/** The tables of a trace while they fill. */
export interface Recorded extends Omit<Tables, "program" | "flow"> {
  readonly tensors: readonly LiveTensor[];
  /** The tensor of each node. */
  readonly made: readonly Tensor[];
}

interface RecorderOptions {
  readonly wanted?: (x: Tensor) => boolean;
  /** The gradient that arrives at `y`; 1 unless given. */
  readonly upstream?: Tensor;
}

/** All that `y` was made of, oldest first. */
function history(y: Tensor): Tensor[] {
  const seen = new Set([y]);
  const pending = [y];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const input of next.node?.inputs ?? []) {
      if (seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Records a forward pass that has been, and the backward pass from its result. */
export class Recorder {
  readonly #groups: GroupRecord[] = [];
  readonly #groupOf = new Map<Scope, number>();
  readonly #calls = new Map<object, number>();
  readonly #tensors: LiveTensor[] = [];
  readonly #tensorOf = new Map<Tensor, number>();
  readonly #nodes: NodeRecord[] = [];
  readonly #nodeOf = new Map<Tensor, number>();
  readonly #labels = new Map<string, number>();
  readonly #steps: StepRecord[] = [];
  readonly #inputs: ReadonlyMap<Tensor, string>;

  /** `inputs` are tensors that have names. */
  constructor(inputs: ReadonlyMap<Tensor, string>) {
    this.#inputs = inputs;
  }

  /** @throws If nothing that is wanted, by default a trainable variable, is part of `y`. */
  record(y: Tensor, { wanted = isTrainable, upstream }: RecorderOptions = {}): Recorded {
    const made = history(y);
    if (!made.some(wanted)) {
      throw new ChainruleError(
        `record: the result ${formatShape(y.shape)} is made of no trainable variable, so there is no gradient to ` +
          "follow. Make what you want the gradient of with variable(…).",
      );
    }
    for (const x of made) this.#node(x);
    for (const x of made) if (x.node) this.#forward(x);
    drain(this.#backward(walk(y, wanted, upstream ? { upstream } : {})));
    return {
      groups: this.#groups,
      nodes: this.#nodes,
      steps: this.#steps,
      tensors: this.#tensors,
      loss: this.#nodeOf.get(y)!,
      made,
    };
  }

  #node(x: Tensor): void {
    const { node } = x;
    const name = this.#nameOf(x);
    const record: NodeRecord = {
      kind: node ? "op" : x instanceof Variable ? "variable" : this.#inputs.has(x) ? "input" : "constant",
      label: this.#label(name),
      op: node?.op.opName,
      group: node?.scope && this.#group(node.scope),
      inputs: node?.inputs.map((input) => this.#nodeOf.get(input)!) ?? [],
      slots: node?.inputs.map((_, slot) => node.op.inputName(slot)) ?? [],
      tensor: this.#tensor(x, x instanceof Variable),
      attributes: { ...node?.attrs },
      formula: node?.op.formula(node.attrs),
      pointwise: node?.op.pointwise ?? false,
      source: sourceOf(node?.stack),
    };
    this.#nodeOf.set(x, this.#nodes.push(record) - 1);
  }

  #nameOf(x: Tensor): string {
    const given = this.#inputs.get(x) ?? (x instanceof Variable ? x.name : undefined);
    return given ?? x.node?.op.opName ?? (x instanceof Variable ? "variable" : "constant");
  }

  #label(name: string): string {
    const before = this.#labels.get(name) ?? 0;
    this.#labels.set(name, before + 1);
    return before === 0 ? name : `${name}_${before}`;
  }

  #group(scope: Scope): number {
    const known = this.#groupOf.get(scope);
    if (known !== undefined) return known;
    const { name, kind, owner } = scope;
    const parent = scope.parent && this.#group(scope.parent);
    const call = this.#calls.get(owner) ?? 0;
    this.#calls.set(owner, call + 1);
    const group = this.#groups.push({ name, kind, parent, call }) - 1;
    this.#groupOf.set(scope, group);
    return group;
  }

  #tensor(x: Tensor, isWeight: boolean): number {
    const known = this.#tensorOf.get(x);
    if (known !== undefined) return known;
    const tensor = this.#tensors.push(new LiveTensor(x, isWeight)) - 1;
    this.#tensorOf.set(x, tensor);
    return tensor;
  }

  #bound({ formula, bind }: Bound<Tensor>): Bound<number> {
    const entries = Object.entries(bind).map(([slot, x]) => [slot, this.#tensor(x, false)]);
    return { formula, bind: Object.fromEntries(entries) };
  }

  #forward(x: Tensor): void {
    this.#steps.push({
      phase: "forward",
      node: this.#nodeOf.get(x)!,
      from: undefined,
      slot: undefined,
      name: "y",
      value: this.#tensor(x, false),
      upstream: undefined,
      rule: this.#bound(forwardRule(x)),
      axes: undefined,
      arrived: undefined,
      total: undefined,
    });
  }

  /** Notes each step with its outcome. */
  *#backward<R>(steps: Generator<Step, R, void>): Generator<Step, R, void> {
    let last: Step | undefined;
    for (let next = steps.next(); ; next = steps.next()) {
      if (last !== undefined) this.#step(last, next.done ? undefined : next.value);
      if (next.done) return next.value;
      last = next.value;
      yield last;
    }
  }

  #step(step: Step, after: Step | undefined): void {
    const { kind, target, from, upstream, axes, arrived, bound } = step;
    const isWeight = target instanceof Variable;
    const value = this.#tensor(step.value, isWeight);
    const goesOn =
      (after?.kind === "sum" || after?.kind === "accumulate") &&
      after.from?.result === from?.result &&
      after.from?.edge === from?.edge;
    this.#steps.push({
      phase: kind,
      node: this.#nodeOf.get(target)!,
      from: from && this.#nodeOf.get(from.result)!,
      slot: from?.edge.slot,
      name: kind === "contribution" ? from!.result.node!.op.inputName(from!.edge.slot) : this.#nameOf(target),
      value,
      upstream: upstream && this.#tensor(upstream, isWeight && kind !== "contribution"),
      rule: bound && this.#bound(bound),
      axes,
      arrived,
      total: goesOn ? undefined : value,
    });
  }
}
