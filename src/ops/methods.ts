// The ops that are methods of their first input too: see fluent.ts.
export * from "./arithmetic.ts";
export * from "./compare.ts";
export * from "./control.ts";
export * from "./conv.ts";
export * from "./exponential.ts";
export * from "./gather.ts";
export * from "./matmul.ts";
export { cast } from "./op.ts";
export * from "./pool.ts";
export * from "./rearrange.ts";
export * from "./rectify.ts";
export {
  argmax,
  argmin,
  broadcastTo,
  cumsum,
  logSumExp,
  max,
  mean,
  min,
  prod,
  std,
  sum,
  variance,
} from "./reduce.ts";
export * from "./slice.ts";
export * from "./softmax.ts";
