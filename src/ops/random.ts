import { floatx, isFloat } from "../dtype.ts";
import { ensure } from "../errors.ts";
import { checkShape } from "../shape.ts";
import { tex } from "../tex.ts";
import { integer, kind, shape } from "./attributes.ts";
import { op } from "./op.ts";
import { squeeze } from "./rearrange.ts";
import { slice } from "./slice.ts";

// The numbers are a function of the key, the salt and the place of the cell alone: the same in every dtype, on every
// machine and however often they are computed. So a step that draws them can be traced once and replayed.

type Float = "float32" | "float64";

const drawn = {
  shape: shape(),
  salt: integer(0),
  dtype: kind<Float | null, Float | null>('"float32", "float64" or null for the default', (value) =>
    value === null || isFloat(value) ? value : undefined,
  )(null),
};

/**
 * Numbers uniform in [0, 1) that depend on nothing but their arguments: the same key and salt give the same bits. A key is
 * for one call of a function, the salt tells the draws in it apart. Shapes: key [] → `shape`. TensorFlow:
 * `stateless_uniform`.
 *
 * @example
 * ```ts
 * const draw = (salt) => statelessUniform(7, { shape: [3], salt }).toArray();
 * deepEqual(draw(1), draw(1));
 * deepEqual(draw(1)[0] === draw(2)[0], false);
 * ```
 */
export const statelessUniform = op(
  "statelessUniform",
  ["key"],
  drawn,
)({
  tex: tex`\mathcal{U}_{#key}`,
  kinds: { key: "int32" },
  dtype: ({ dtype }) => dtype ?? floatx(),
  shape: ({ key }, { shape }) => {
    ensure(key.length === 0, () => "key must be a scalar");
    return checkShape(shape);
  },
  forward: (k, { key }, out, { salt }) => k.uniform(key, salt, out),
  vjp: { key: null },
});

/**
 * Standard normal numbers that depend on nothing but their arguments, by Box and Muller's rule √(−2 ln u) · cos 2πv from
 * two uniform ones. Arguments as {@link statelessUniform}. TensorFlow: `stateless_normal`.
 */
export const statelessNormal = op(
  "statelessNormal",
  ["key"],
  drawn,
)({
  tex: tex`\mathcal{N}_{#key}`,
  kinds: { key: "int32" },
  parts: ({ key }, { shape, salt, dtype }) => {
    const both = statelessUniform(key, { shape: [2, ...shape], salt, dtype });
    const part = (i: number) => squeeze(slice(both, { begin: [i], end: [i + 1] }), 0);
    // 1 − u is in (0, 1], where the logarithm is finite.
    const radius = part(0).neg().add(1).log().mul(-2).sqrt();
    return radius.mul(
      part(1)
        .mul(2 * Math.PI)
        .cos(),
    );
  },
});
