import type { DType } from "../../../dtype.ts";
import type { BinaryName, UnaryName } from "../../kernels.ts";
import { binaryRule, constantOf, convert, isPredicate, unaryRule } from "./rules.ts";
import { bits, i32, type Vector } from "./vector.ts";

/** An input, the result of a step, or a number: of the given dtype, or else of the one it is used with. */
export type Ref =
  | { readonly input: number }
  | { readonly step: number }
  | { readonly constant: number; readonly dtype?: DType };

export type FusedStep =
  | { readonly kind: "unary"; readonly name: UnaryName; readonly x: Ref }
  | { readonly kind: "binary"; readonly name: BinaryName; readonly a: Ref; readonly b: Ref }
  | { readonly kind: "select"; readonly condition: Ref; readonly a: Ref; readonly b: Ref }
  | { readonly kind: "copy"; readonly x: Ref; readonly dtype: DType };

/** A bool is a mask. */
export interface Value {
  readonly dtype: DType;
  readonly vector: Vector;
}

const inputOf = (dtype: DType, input: number): Value => {
  const vector: Vector = { code: [], args: [], input };
  return { dtype, vector: dtype === "bool" ? i32.gt(vector, i32.of(0)) : vector };
};

/** The values of steps as expressions of the inputs. */
export class Values {
  readonly results: Value[] = [];
  readonly #inputs: readonly Value[];

  constructor(inputs: readonly DType[], steps: readonly FusedStep[]) {
    this.#inputs = inputs.map(inputOf);
    for (const step of steps) this.results.push(this.#result(step));
  }

  /** A value as one of a dtype. */
  as(ref: Ref, dtype: DType): Vector {
    const { dtype: from, vector } = this.#at(ref, dtype);
    return from === dtype ? vector : convert(vector, from, dtype);
  }

  /** A constant that does not say its dtype takes the given one. */
  #at(ref: Ref, dtype: DType): Value {
    if ("input" in ref) return this.#inputs[ref.input]!;
    if ("step" in ref) return this.results[ref.step]!;
    const own = ref.dtype ?? dtype;
    return { dtype: own, vector: constantOf(ref.constant, own) };
  }

  #dtypeOf(ref: Ref): DType | undefined {
    return "constant" in ref ? ref.dtype : this.#at(ref, "float32").dtype;
  }

  #result(step: FusedStep): Value {
    const common = (...refs: readonly Ref[]): DType =>
      refs.map((ref) => this.#dtypeOf(ref)).find((dtype) => dtype !== undefined) ?? "float32";
    if (step.kind === "copy") return { dtype: step.dtype, vector: this.as(step.x, step.dtype) };
    if (step.kind === "unary") {
      const dtype = common(step.x);
      const vector = unaryRule(step.name, dtype)!(this.as(step.x, dtype));
      return { dtype: isPredicate(step.name) ? "bool" : dtype, vector };
    }
    const dtype = common(step.a, step.b);
    const [a, b] = [this.as(step.a, dtype), this.as(step.b, dtype)];
    if (step.kind === "select") return { dtype, vector: bits.select(this.as(step.condition, "bool"), a, b) };
    return { dtype: isPredicate(step.name) ? "bool" : dtype, vector: binaryRule(step.name, dtype)!(a, b) };
  }
}
