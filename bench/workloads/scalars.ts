import type { Array as JaxArray } from "@jax-js/jax";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import { type Tensor, variable } from "chainrule";
import { countOps } from "../harness/count.ts";
import type { Outcome, Workload } from "../harness/workload.ts";
import { jaxJitName, jaxName, loadJax } from "../peers/jax.ts";
import { loadTfjs, tfjsName } from "../peers/tfjs.ts";

// The expression on micrograd's front page. Its b³ is b²·b here and its e² a square, because the general
// powers of the libraries differ in what they compute and in how exact they are.

const times = 100;
const start = { a: -4, b: 2 };

/** The value of the expression and its two derivatives. */
type Numbers = [number, number, number];

function outcome([g, da, db]: Numbers): Outcome {
  const said = `g ${g.toFixed(4)}, dg/da ${da.toFixed(3)}, dg/db ${db.toFixed(3)}`;
  return { checked: [g, da, db], said };
}

/** Evaluates again and again, and gives the last outcome. */
const repeated = (once: () => Numbers) => (): Outcome => {
  for (let i = 1; i < times; i++) once();
  return outcome(once());
};

function chainruleExpression(a: Tensor, b: Tensor): Tensor {
  let c = a.add(b);
  let d = a.mul(b).add(b.square().mul(b));
  c = c.add(c.add(1));
  c = c.add(c.add(1).add(a.neg()));
  d = d.add(d.mul(2).add(b.add(a).relu()));
  d = d.add(d.mul(3).add(b.sub(a).relu()));
  const f = c.sub(d).square();
  return f.div(2).add(f.reciprocal().mul(10));
}

function chainrule(): Numbers {
  const a = variable(start.a);
  const b = variable(start.b);
  const g = chainruleExpression(a, b);
  g.backward();
  return [g.item(), a.grad!.item(), b.grad!.item()];
}

async function tfjs(): Promise<() => Numbers> {
  const tf = await loadTfjs();
  const expression = (a: TfTensor, b: TfTensor) => {
    let c = a.add(b);
    let d = a.mul(b).add(b.square().mul(b));
    c = c.add(c.add(1));
    c = c.add(c.add(1).add(a.neg()));
    d = d.add(d.mul(2).add(b.add(a).relu()));
    d = d.add(d.mul(3).add(b.sub(a).relu()));
    const f = c.sub(d).square();
    return f.div(2).add(f.reciprocal().mul(10));
  };
  const valueAndGrads = tf.valueAndGrads((a, b) => expression(a!, b!));
  return () =>
    tf.tidy((): Numbers => {
      const { value, grads } = valueAndGrads([tf.scalar(start.a), tf.scalar(start.b)]);
      return [value.dataSync()[0]!, grads[0]!.dataSync()[0]!, grads[1]!.dataSync()[0]!];
    });
}

/** jax-js, eager, or with value and gradients compiled together by its `jit`. */
async function jax(compiled: boolean): Promise<() => Numbers> {
  const { jit, numpy: np, nn, valueAndGrad } = await loadJax();
  const expression = (a: JaxArray, b: JaxArray) => {
    let c = a.ref.add(b.ref);
    let d = a.ref.mul(b.ref).add(np.square(b.ref).mul(b.ref));
    c = c.ref.add(c.add(1));
    c = c.ref.add(c.add(1).add(np.negative(a.ref)));
    d = d.ref.add(d.mul(2).add(nn.relu(b.ref.add(a.ref))));
    d = d.ref.add(d.mul(3).add(nn.relu(b.sub(a))));
    const f = np.square(c.sub(d));
    return f.ref.div(2).add(np.reciprocal(f).mul(10));
  };
  const eager = valueAndGrad(expression, { argnums: [0, 1] });
  const f = compiled ? jit(eager) : eager;
  return () => {
    const [g, [da, db]] = f(np.array(start.a), np.array(start.b));
    return [g.item(), da.item(), db.item()];
  };
}

export const scalars: Workload = {
  title: "micrograd's expression of two scalars, forward and backward",
  unit: "expression",
  units: times,
  tolerance: 1e-4,
  ops: () => countOps(chainruleExpression(variable(start.a), variable(start.b)), 0),
  contenders: [
    { name: "chainrule", setup: async () => repeated(chainrule) },
    { name: tfjsName, setup: async () => repeated(await tfjs()) },
    { name: jaxName, setup: async () => repeated(await jax(false)) },
    { name: jaxJitName, setup: async () => repeated(await jax(true)) },
  ],
};
