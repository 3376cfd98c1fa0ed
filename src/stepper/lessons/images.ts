import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fromBase64 } from "../trace/encoding.ts";
import { pixels } from "./pixels.ts";

const names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Some images with what they show. */
export interface LabeledImages {
  /** [images, height, width, channels], from 0 to 1. */
  readonly images: Tensor;
  /** The class of each: [images], int32. */
  readonly labels: Tensor;
  /** What the classes are called. */
  readonly names: readonly string[];
}

/**
 * Eight real photos of CIFAR-10, of eight of its ten classes: enough to look at a gradient, without a download. The images
 * are [8, 32, 32, 3].
 *
 * @example
 * ```ts
 * const { images, labels, names } = eightImages();
 * deepEqual(images.shape, [8, 32, 32, 3]);
 * deepEqual(names[labels.data[0]], "airplane");
 * ```
 */
export function eightImages(): LabeledImages {
  const cells = Float32Array.from(fromBase64(pixels), (byte) => byte / 255);
  return {
    images: tensor(cells, { shape: [8, 32, 32, 3] }),
    labels: tensor(Int32Array.of(0, 1, 3, 5, 6, 7, 8, 9)),
    names,
  };
}
