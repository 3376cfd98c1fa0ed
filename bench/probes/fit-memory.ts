// A fresh process: memory over three epochs of `fit` on small images.

import { randomUniform, zeros } from "chainrule";
import { quick } from "../harness/options.ts";
import { smallConvnet } from "../nets/digits.ts";
import { chainruleModel } from "../peers/nets/chainrule.ts";
import { tell } from "./report.ts";

const images = quick ? 400 : 5000;
const batchSize = quick ? 20 : 50;
const epochs = 3;
const every = (epochs * images) / batchSize / 20;
const model = chainruleModel(smallConvnet);
const resident: number[] = [];
let done = 0;
const onTrainBatchEnd = () => {
  if (++done % every === 0) resident.push(process.memoryUsage.rss());
};
const x = randomUniform([images, ...smallConvnet.input]);
await model.fit(x, zeros([images]), {
  epochs,
  batchSize,
  verbose: 0,
  callbacks: [{ onTrainBatchEnd }],
});
tell({ resident });
