// Parts 2 and 3: the three ways to use hard-swish, and the article's model with its summary.
import {
  Activation,
  Conv2D,
  clearSession,
  Dense,
  GlobalAveragePooling2D,
  Input,
  K,
  Layer,
  MaxPooling2D,
  Model,
  ones,
  type Shape,
  type Tensor,
} from "chainrule";
import { heading, verify } from "./report.ts";
import { hard_swish } from "./values.ts";

/** The article's second way: a layer of one's own. */
class Hard_swish extends Layer {
  override call(x: Tensor): Tensor {
    return x.mul(K.relu(x.add(3), { maxValue: 6 }).div(6));
  }
  override computeOutputShape(shape: Shape): Shape {
    return shape;
  }
}

/** The ways to use an activation; all give the same numbers. */
export function ways(): void {
  heading("4. How to use it");
  const x = ones([1, 4, 4, 3]);
  const first = Conv2D(16, [3, 3], { padding: "SAME", activation: hard_swish });
  const expected = first(x);
  const withSameWeights = (activation?: string) => {
    const conv = Conv2D(16, [3, 3], { padding: "SAME", activation });
    conv(x);
    conv.setWeights(first.getWeights());
    return conv(x);
  };
  const results: [way: string, Tensor][] = [
    ['Conv2D(16, [3, 3], { padding: "SAME", activation: hard_swish })', expected],
    ['Conv2D(16, [3, 3], { padding: "SAME", activation: "hard_swish" })', withSameWeights("hard_swish")],
    ["Activation(hard_swish)", Activation(hard_swish)(withSameWeights())],
    ["new Hard_swish()", new Hard_swish()(withSameWeights())],
  ];
  for (const [way, y] of results) {
    const off = y.sub(expected).abs().max().item();
    verify(way, off, 0, 1e-6);
    console.log(`  ${way.padEnd(66)} sum ${y.sum().item().toFixed(5)}`);
  }
}

/** The model of the article, line by line. */
export function articleModel(): Model {
  clearSession();
  const inputs = Input({ shape: [32, 32, 3] });
  let x = Conv2D(64, [3, 3], { padding: "SAME" })(inputs);
  x = new Hard_swish()(x);
  x = Conv2D(64, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = MaxPooling2D()(x);

  x = Conv2D(128, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = Conv2D(128, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = MaxPooling2D()(x);

  x = Conv2D(256, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = Conv2D(256, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = GlobalAveragePooling2D()(x);

  x = Dense(1024)(x);
  x = new Hard_swish()(x);
  const prediction = Dense(10, { activation: "softmax" })(x);

  return Model(inputs, prediction);
}

/** Prints the summary; it must be that of the article. */
export function summary(model: Model): string {
  heading("5. The model");
  const text = model.summary();
  verify("number of parameters", model.countParams(), 1_418_826, 0);
  return text;
}
