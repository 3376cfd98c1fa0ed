import { existsSync, readFileSync } from "node:fs";
import { type DType, type Tensor, tensor } from "../../src/index.ts";

/** A tensor as the fixtures write it. */
export interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
  readonly dtype?: DType;
}

// The full set where it lies beside the project, else the copy that comes with it.
const folders = ["../../../shared/fixtures/", "../fixtures/"].map((path) => new URL(path, import.meta.url));

/** A fixture file: numbers computed by real Keras and PyTorch. */
export function readFixture<T>(name: string): T {
  const folder = folders.find((url) => existsSync(new URL(name, url)));
  if (folder === undefined) throw new Error(`no fixture ${name} in ${folders.join(" or ")}`);
  return JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
}

/** A stored tensor, in float64 unless it says otherwise. */
export const load = ({ shape, data, dtype = "float64" }: Stored): Tensor =>
  tensor(data.map(Number), { shape, dtype });
