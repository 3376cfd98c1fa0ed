import { ChainruleError } from "../errors.ts";
import { Layer, recordCall } from "../layers/layer.ts";
import { uniqueName } from "../layers/naming.ts";
import { type AnyOp, isOp } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * An op that was used between layers, as a layer of the model: `x.add(3)` becomes the operation `add` with the constant
 * 3. TensorFlow: `TFOpLambda`; Keras 3: `Operation`.
 */
export class Operation extends Layer {
  static override readonly className: string = "Operation";
  /** What the summary calls it. */
  readonly typeName: string;
  readonly op: AnyOp;
  readonly attrs: object;
  /** All inputs of the op; `undefined` where a tensor of the model comes in. */
  readonly constants: readonly (Tensor | undefined)[];

  constructor(op: AnyOp, attrs: object, inputs: readonly Tensor[], name?: string, typeName = "Operation") {
    super({ name: name ?? uniqueName(op.opName) });
    this.typeName = typeName;
    this.op = op;
    this.attrs = attrs;
    this.constants = inputs.map((x) => (x.symbolic ? undefined : x));
    this.built = true;
  }

  override call(given: Tensor | readonly Tensor[]): Tensor {
    const coming = [...(Array.isArray(given) ? (given as readonly Tensor[]) : [given as Tensor])];
    const inputs = this.constants.map((constant) => constant ?? coming.shift()!);
    const spread = this.op.inputs[0]!.startsWith("...") ? [inputs] : inputs;
    return Object.keys(this.attrs).length > 0 ? this.op(...spread, this.attrs) : this.op(...spread);
  }
}

/** Makes the op that made a tensor a call of an operation layer. */
export function recordOperation(x: Tensor): void {
  const { node } = x;
  if (node === undefined || !isOp(node.op)) {
    throw new ChainruleError(
      `Model: ${x} was made neither by Input nor by a layer or an op, so the model cannot compute it`,
    );
  }
  const layer = new Operation(node.op, node.attrs, node.inputs);
  recordCall(
    layer,
    node.inputs.filter((input) => input.symbolic),
    x,
  );
}
