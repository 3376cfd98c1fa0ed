import type { Lowerings } from "../instruction.ts";
import * as direct from "./direct.ts";
import { matmul } from "./matmul.ts";
import * as pool from "./pool.ts";
import { reduce } from "./reduce.ts";
import { winograd } from "./winograd.ts";

/** All that WebAssembly computes besides elementwise kernels, which are generated. */
export const lowerings: Lowerings = {
  matmul,
  conv2d: (...call) => winograd.conv2d?.(...call) ?? direct.conv2d(...call),
  conv2dInput: (...call) => winograd.conv2dInput?.(...call) ?? direct.conv2dInput(...call),
  conv2dFilter: (...call) => winograd.conv2dFilter?.(...call) ?? direct.conv2dFilter(...call),
  ...pool,
  reduce,
};
