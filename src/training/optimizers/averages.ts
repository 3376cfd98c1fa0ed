import { sub } from "../../ops/arithmetic.ts";
import { pow } from "../../ops/exponential.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A moving average: β · old + (1 − β) · x. */
export const moving = (old: Tensor, x: Tensor, beta: number): Tensor => old.mul(beta).add(x.mul(1 - beta));

/** 1 − βᵗ: how much of a moving average that began with 0 is there after t steps. */
export const filled = (beta: number, t: Tensor): Tensor => sub(1, pow(beta, t));
