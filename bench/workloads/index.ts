import { compare, type Part } from "../harness/report.ts";
import { bundle } from "./bundle.ts";
import { convnet } from "./convnet.ts";
import { memory } from "./memory.ts";
import { mnist } from "./mnist.ts";
import { mobilenet } from "./mobilenet.ts";
import { moons } from "./moons.ts";
import { ops } from "./ops.ts";
import { scalars } from "./scalars.ts";
import { scaling } from "./scaling.ts";
import { start } from "./start.ts";
import { tracing } from "./tracing.ts";

/** Tables that belong together: one file of results, one chart. */
export interface Group {
  readonly name: string;
  readonly title: string;
  readonly parts: readonly Part[];
}

/** All that is measured, in this order. */
export const groups: readonly Group[] = [
  { name: "convnet", title: "The article's convnet", parts: convnet.map(compare) },
  { name: "mnist", title: "Small nets for MNIST", parts: mnist.map(compare) },
  { name: "mobilenet", title: "MobileNetV3's blocks", parts: mobilenet.map(compare) },
  { name: "ops", title: "Single ops", parts: ops.map(compare) },
  { name: "eager", title: "Eager loops", parts: [moons, scalars].map(compare) },
  { name: "scaling", title: "Other shapes", parts: scaling.map(compare) },
  { name: "stepper", title: "Traces", parts: [compare(tracing)] },
  { name: "start", title: "Start and size", parts: [...[...start, bundle].map(compare), memory] },
];
