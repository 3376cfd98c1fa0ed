// The kernels in WebAssembly. Every export but those of threads.ts is a kernel: (args, thread, threads) => void.

export { copy, fill } from "./copy";
export { depthwise, depthwiseInput } from "./depthwise";
export { depthwiseFilter } from "./depthwise-filter";
export { convolve, packFilter } from "./direct";
export { convolveFilter, sumFilter } from "./direct-filter";
export { elementwise } from "./elementwise";
export { gather, scatterAdd } from "./gather";
export { locate } from "./locate";
export { averagePool, maxPoolGather } from "./pool";
export { averagePoolScatter, maxPoolScatter } from "./pool-scatter";
export { uniform } from "./random";
export { logOfSum, reduceRows, reduceSides } from "./reduce";
export { softmax } from "./scan";
export { scanSides } from "./scan-sides";
export {
  base,
  clean,
  controlBytes,
  execute,
  fail,
  hasLeft,
  leave,
  position,
  ready,
  serve,
  setPatience,
  want,
} from "./threads";
export { gemm, gemmPanels, gemmSum } from "./gemm";
export { gemv } from "./gemv";
export { winograd, winogradSums } from "./winograd/convolve";
export {
  winogradImages, winogradOuter, winogradPairs, winogradPanels, winogradResults,
} from "./winograd/few";
export { winogradFilter, winogradFilterGradient } from "./winograd/filter";
