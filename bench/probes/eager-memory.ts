// A fresh process: memory over many eager steps of a small perceptron. Nothing is ever disposed of.

import { matmul, noGrad, randomNormal, type Variable, variable, zeros } from "chainrule";
import { quick } from "../harness/options.ts";
import { tell } from "./report.ts";

const steps = quick ? 200 : 10_000;
const x = randomNormal([32, 16]);
const y = randomNormal([32, 1]);
const weight = (shape: number[]): Variable => variable(randomNormal(shape).mul(0.1));
const [w1, b1, w2, b2] = [weight([16, 32]), variable(zeros([32])), weight([32, 1]), variable(zeros([1]))];
const resident: number[] = [];
for (let step = 1; step <= steps; step++) {
  const h = matmul(x, w1).add(b1).relu();
  matmul(h, w2).add(b2).sub(y).square().mean().backward();
  noGrad(() => {
    for (const p of [w1, b1, w2, b2]) {
      p.assign(p.sub(p.grad!.mul(0.01)));
      p.clearGrad();
    }
  });
  if (step % (steps / 20) === 0) resident.push(process.memoryUsage.rss());
}
tell({ resident });
