import { ensure } from "../errors.ts";
import { count, pair } from "../ops/attributes.ts";
import { gather } from "../ops/gather.ts";
import { reshape } from "../ops/rearrange.ts";
import { repeat } from "../ops/slice.ts";
import type { Shape } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ensureRank } from "./checks.ts";
import { layer, layerClass } from "./options.ts";
import { interpolation } from "./specs.ts";

/**
 * Each step of a sequence `size` times. Shapes: [batch, time, channels] → [batch, time · size, channels].
 * Keras: `UpSampling1D`.
 *
 * @throws If the input has not 3 axes.
 */
export const UpSampling1D = layer(
  class UpSampling1D extends layerClass("UpSampling1D", ["size"], { size: count(2) }) {
    override build(shape: Shape): void {
      ensureRank(shape, 3);
    }

    override call(x: Tensor): Tensor {
      return repeat(x, { repeats: this.options.size, axis: 1 });
    }
  },
);

/**
 * An axis `times` as long, between neighbours in proportion to their distance. Cell i of the result has its centre at
 * (i + ½) / times − ½ of the old cells; beyond the outer centres the outer cells stay.
 */
function stretch(x: Tensor, axis: number, times: number): Tensor {
  const size = x.shape[axis]!;
  ensure(!Number.isNaN(size), () => "bilinear interpolation needs to know the height and width of the input");
  const places = Array.from({ length: size * times }, (_, i) =>
    Math.min(Math.max((i + 0.5) / times - 0.5, 0), size - 1),
  );
  const below = places.map(Math.floor);
  const above = below.map((i) => Math.min(i + 1, size - 1));
  const pick = (at: number[]) => gather(x, tensor(at, { dtype: "int32" }), { axis });
  const share = reshape(
    tensor(
      places.map((place, i) => place - below[i]!),
      { dtype: x.dtype },
    ),
    x.shape.map((_, i) => (i === axis ? size * times : 1)),
  );
  return pick(below).mul(share.neg().add(1)).add(pick(above).mul(share));
}

/**
 * Larger images: each cell `size` times (one number, or [height, width]), or with `interpolation: "bilinear"` in
 * proportion between neighbours. Shapes: [batch, height, width, channels] → [batch, height · size, width · size, channels].
 * Keras: `UpSampling2D`.
 *
 * @throws If the input has not 4 axes, or bilinear and of unknown size.
 * @example
 * ```ts
 * deepEqual(UpSampling2D(2)([[[[1], [2]]]]).toArray(), [[[[1], [1], [2], [2]], [[1], [1], [2], [2]]]]);
 * ```
 */
export const UpSampling2D = layer(
  class UpSampling2D extends layerClass("UpSampling2D", ["size"], {
    size: pair(2),
    interpolation: interpolation("nearest"),
  }) {
    override build(shape: Shape): void {
      ensureRank(shape, 4);
    }

    override call(x: Tensor): Tensor {
      const [height, width] = this.options.size;
      if (this.options.interpolation === "bilinear") {
        // Ints cannot hold what lies between them.
        return stretch(stretch(x.dtype === "int32" ? x.cast(this.dtype) : x, 1, height), 2, width);
      }
      return repeat(repeat(x, { repeats: height, axis: 1 }), { repeats: width, axis: 2 });
    }
  },
);
