import { ChainruleError, ensure, saying, show } from "../errors.ts";
import { ensureFits } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";

export type ImageShape = readonly [height: number, width: number, channels: number];

const scaled = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Images and their labels: the bytes as they are, and tensors that go straight into `fit`.
 *
 * The datasets of `chainrule/datasets` are made of them; in a browser, make one from bytes of your own.
 *
 * @example
 * ```ts
 * const set = new ImageSet(new Uint8Array([0, 255, 51, 0, 0, 0, 0, 0]), [7, 1], [2, 2, 1]);
 * deepEqual(set.images.shape, [2, 2, 2, 1]);
 * deepEqual(set.images.max().item(), 1);
 * deepEqual(set.labels.toArray(), [7, 1]);
 * ```
 */
export class ImageSet {
  /** [count, height, width, channels], the shape of {@link ImageSet.images}. */
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** The pixels, 0 to 255: image after image, row after row, the channels of a pixel side by side. */
  readonly bytes: Uint8Array;
  /** The class of each image: an int32 tensor [count]. */
  readonly labels: Tensor;
  #images: Tensor | undefined;

  /** Takes `bytes` as they are, without a copy. */
  constructor(bytes: Uint8Array, labels: ArrayLike<number>, shape: ImageShape) {
    checkArrays(bytes, labels, shape);
    this.shape = [labels.length, ...shape];
    this.bytes = bytes;
    this.labels = new Tensor([labels.length], "int32", Int32Array.from(labels));
  }

  /** The number of images. */
  get count(): number {
    return this.shape[0];
  }

  /** The pixels as a float32 tensor from 0 to 1. Made when first asked for: four times as large as the bytes. */
  get images(): Tensor {
    if (this.#images === undefined) {
      saying("ImageSet", () => ensureFits(this.shape));
      const cells = new Float32Array(this.bytes.length);
      for (let i = 0; i < cells.length; i++) cells[i] = scaled[this.bytes[i]!]!;
      this.#images = new Tensor(this.shape, "float32", cells);
    }
    return this.#images;
  }

  /** The bytes of one image: a view, not a copy. */
  bytesOf(index: number): Uint8Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new ChainruleError(
        `ImageSet.bytesOf: expected an index from 0 to ${this.count - 1}; received ${show(index)}`,
      );
    }
    const size = this.bytes.length / this.count;
    return this.bytes.subarray(index * size, (index + 1) * size);
  }

  /** `ImageSet [60000, 28, 28, 1]` */
  toString(): string {
    return `ImageSet [${this.shape.join(", ")}]`;
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function checkArrays(bytes: Uint8Array, labels: ArrayLike<number>, shape: ImageShape): void {
  saying("ImageSet", () => {
    ensure(bytes instanceof Uint8Array, () => `expected bytes as a Uint8Array; received ${show(bytes)}`);
    ensure(
      Array.isArray(shape) && shape.length === 3 && shape.every((size) => Number.isInteger(size) && size > 0),
      () => `expected a shape [height, width, channels]; received ${show(shape)}`,
    );
    ensure(
      Array.isArray(labels) || (ArrayBuffer.isView(labels) && "length" in labels),
      () => `expected labels as an array; received ${show(labels)}`,
    );
    const wrong = Array.from(labels).find((label) => !isLabel(label));
    ensure(wrong === undefined, () => `expected labels that are whole numbers ≥ 0; received ${show(wrong)}`);
    const size = shape[0] * shape[1] * shape[2];
    ensure(
      bytes.length === labels.length * size,
      () =>
        `expected ${labels.length * size} bytes, ${size} for each of ${labels.length} labels; received ${bytes.length}`,
    );
  });
}

const isLabel = (label: unknown): boolean =>
  Number.isInteger(label) && Number(label) >= 0 && Number(label) < 2 ** 31;
