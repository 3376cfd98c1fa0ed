/** What bundlers take instead of `index.ts` for browsers: there is neither npm nor a disk. */
import { ChainruleError } from "../errors.ts";
import type { Dataset, DatasetOptions } from "./load.ts";

export { ImageSet, type ImageShape } from "./image-set.ts";
export type { Dataset, DatasetOptions } from "./load.ts";
export type { DatasetProgress, OnProgress } from "./progress.ts";

const nodeOnly =
  (name: string) =>
  async (_options?: DatasetOptions): Promise<Dataset> => {
    throw new ChainruleError(
      `${name}: datasets are downloaded and kept by Node only. In a browser, fetch the bytes yourself and make ` +
        "new ImageSet(bytes, labels, [height, width, channels]) of them.",
    );
  };

/** Rejects: {@link ImageSet} is what there is in a browser. */
export const mnist = nodeOnly("mnist");
/** Rejects: {@link ImageSet} is what there is in a browser. */
export const fashionMnist = nodeOnly("fashionMnist");
/** Rejects: {@link ImageSet} is what there is in a browser. */
export const cifar10 = nodeOnly("cifar10");
