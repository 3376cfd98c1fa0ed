import type { Workload } from "../harness/workload.ts";
import { moons } from "./moons.ts";
import { scalars } from "./scalars.ts";

/** All that is measured, in this order. */
export const workloads: readonly Workload[] = [moons, scalars];
