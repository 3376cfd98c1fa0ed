import { div, maximum } from "../../ops/arithmetic.ts";
import { stack } from "../../ops/join.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Settings } from "./specs.ts";

const squares = (x: Tensor): Tensor => x.square().sum();

/** What scales a vector of that length down to `limit`; 1 for a shorter one. */
const shortening = (length: Tensor, limit: number): Tensor => div(limit, maximum(length, limit));

/** All gradients scaled by one factor. */
function clipTogether(gradients: readonly Tensor[], limit: number): Tensor[] {
  if (gradients.length === 0) return [];
  const length = stack(gradients.map(squares)).sum().sqrt();
  const factor = shortening(length, limit);
  return gradients.map((g) => g.mul(factor.cast(g.dtype)));
}

/** The gradients, made smaller where they are larger than the options allow. */
export function clip(
  gradients: readonly Tensor[],
  { clipnorm, globalClipnorm, clipvalue }: Settings,
): readonly Tensor[] {
  if (clipnorm !== null) return gradients.map((g) => g.mul(shortening(squares(g).sqrt(), clipnorm)));
  if (globalClipnorm !== null) return clipTogether(gradients, globalClipnorm);
  if (clipvalue !== null) return gradients.map((g) => g.clip({ min: -clipvalue, max: clipvalue }));
  return gradients;
}
