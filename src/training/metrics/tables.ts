import { ensure } from "../../errors.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The shape of predictions that must be [batch, outputs]. */
export function ensureTable(yPred: Tensor): Shape {
  ensure(
    yPred.rank === 2,
    () => `yPred must have shape [batch, outputs]; received ${formatShape(yPred.shape)}`,
  );
  return yPred.shape;
}
