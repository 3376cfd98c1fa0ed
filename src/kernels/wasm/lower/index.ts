import type { Lowerings } from "../instruction.ts";
import { copy, fill } from "./copy.ts";
import * as depthwise from "./depthwise.ts";
import * as direct from "./direct.ts";
import { gather, scatterAdd } from "./gather.ts";
import { matmul } from "./matmul.ts";
import * as pool from "./pool.ts";
import { uniform } from "./random.ts";
import { reduce } from "./reduce.ts";
import { scan } from "./scan.ts";
import { widenedWinograd } from "./widened.ts";
import { winograd } from "./winograd.ts";

/** The lowerings that may take a convolution, in the order in which they are asked. */
const ways = [depthwise, winograd, widenedWinograd, direct];

/** The first instructions that one of several gives. */
function first<T>(attempts: readonly (() => T | undefined)[]): T | undefined {
  for (const attempt of attempts) {
    const found = attempt();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All that WebAssembly computes besides elementwise kernels, which are generated. */
export const lowerings: Lowerings = {
  matmul,
  conv2d: (...call) => first(ways.map((way) => () => way.conv2d?.(...call))),
  conv2dInput: (...call) => first(ways.map((way) => () => way.conv2dInput?.(...call))),
  conv2dFilter: (...call) => first(ways.map((way) => () => way.conv2dFilter?.(...call))),
  maxPool: pool.maxPool,
  maxPoolGather: pool.maxPoolGather,
  maxPoolScatter: pool.maxPoolScatter,
  averagePool: pool.averagePool,
  averagePoolScatter: pool.averagePoolScatter,
  reduce,
  scan,
  gather,
  scatterAdd,
  copy,
  fill,
  uniform,
};
