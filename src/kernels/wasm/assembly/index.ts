// The kernels in WebAssembly. Every export but those of threads.ts is a kernel: (args, thread, threads) => void.

export { convolve, packFilter } from "./direct";
export { convolveFilter, sumFilter } from "./direct-filter";
export { elementwise } from "./elementwise";
export { averagePool, averagePoolScatter, maxPoolGather, maxPoolScatter } from "./pool";
export { locate, logOfSum, reduceRows, reduceSides } from "./reduce";
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
export { packFilter, convolve } from "./direct";
export { convolveFilter, sumFilter } from "./direct-filter";
export { gemm, gemmSum } from "./gemm";
export { averagePool, averagePoolScatter, maxPoolGather, maxPoolScatter } from "./pool";
export { locate, logOfSum, reduceRows, reduceSides } from "./reduce";
export { winograd, winogradSums } from "./winograd/convolve";
export { winogradFilter, winogradFilterGradient } from "./winograd/filter";
