import { add } from "../../ops/arithmetic.ts";
import { noGrad } from "../../ops/recording.ts";
import { tex } from "../../tex.ts";
import type { Trace } from "../trace/trace.ts";
import { type PathName, pathNames, pathTex } from "../windows/normalization.ts";
import type { Place } from "../windows/taps.ts";
import { numberAt } from "./account.ts";
import { arrivedAt, returnOf, sentTo, throughOf } from "./gradients.ts";
import { asImages, cellIn, channelPlane, placeWithin } from "./images.ts";
import { type NormalizationNodes, normalizationGroup, normalizationNodes } from "./normalization-subject.ts";
import { imageChoices, pictureOf } from "./picture.ts";
import type { Absent, Account, Panel, Picture, Scene, State } from "./scene.ts";
import { cellText, numberText } from "./text.ts";
import { Values, valuesOf } from "./values.ts";

/** What a path gives to dX. */
interface Path {
  readonly name: PathName;
  readonly values: Values;
  /** The step of the trace that is this path. */
  readonly step: number;
}

interface Paths {
  readonly nodes: NormalizationNodes;
  readonly dy: Values;
  readonly paths: readonly Path[];
  /** The sum of the paths; NaN where a cell of one is missing. */
  readonly sum: Values;
  /** What the trace has for dX, if nothing else gives to it. */
  readonly recorded: Values | undefined;
}

const words: Readonly<Record<PathName, string>> = {
  direct: "x itself",
  mean: "through the mean",
  variance: "through the variance",
};

const start: State = {
  tab: "x",
  view: "",
  lane: { sample: 0, input: 0, output: 0 },
  pick: { role: "x", place: [0, 0] },
  stamps: undefined,
};

/** The panel of a batch, layer or group normalization, with what is known at a step; none for other steps. */
export function normalizationPanel(trace: Trace, index: number): Panel | undefined {
  const node = throughOf(trace.steps[index]!);
  const group = normalizationGroup(trace, node);
  if (group === undefined) return undefined;
  const nodes = normalizationNodes(trace, group);
  const found = nodes ? pathsOf(trace, index, nodes) : { absent: lost };
  return {
    title: `${trace.groups[group]!.name}: three paths to dX`,
    tabs: [],
    start,
    next: (state, change) => ({ ...state, ...change }),
    draw: (state) => ("absent" in found ? found : drawn(found, state)),
  };
}

const lost =
  "The trace has not got the ops of a normalization here: x − mean, times 1 / √(variance + epsilon), times gamma. That is " +
  "so where no gradient flows to x, as in the first layer of a model; or the layer does something else.";

/** What each path gives: the trace has a step for each. */
function pathsOf(trace: Trace, index: number, nodes: NormalizationNodes): Paths | Absent {
  const upstream = arrivedAt(trace, index, nodes.scaled);
  if (upstream === undefined) {
    return {
      absent: "The gradient of the normalized cells has not arrived yet: the backward pass comes here later.",
      step: returnOf(trace, nodes.scaled),
    };
  }
  const dy = valuesOf(upstream);
  const paths = pathNames.flatMap((name): Path[] => {
    const carrier = nodes.carriers[name];
    const sent = carrier === undefined ? undefined : sentTo(trace, carrier, 0);
    return sent ? [{ name, values: valuesOf(sent.record), step: sent.step }] : [];
  });
  if (paths.length === 0) return { absent: lost };
  const total = trace.at(trace.length - 1).gradientOf(nodes.x);
  const alone = total.total !== undefined && total.expected === paths.length;
  const tensors = paths.map(({ values }) => values.tensor);
  return {
    nodes,
    dy,
    paths,
    sum: new Values(
      noGrad(() => tensors.reduce((a, b) => add(a, b))),
      paths.every(({ values }) => values.whole),
      (cell) => paths.every(({ values }) => values.has(cell)),
    ),
    recorded: alone ? valuesOf(total.total!) : undefined,
  };
}

function drawn(found: Paths, { lane, pick }: State): Scene {
  const { nodes, dy, paths, sum } = found;
  const { shape } = sum.tensor;
  const [samples, rows, columns, channels] = asImages(shape);
  // One scale for all paths, so that they can be compared.
  const limit = Math.max(sum.limit, ...paths.map(({ values }) => values.limit));
  const place = pick && placeWithin(pick.place, [rows, columns]);
  const placeOf = (at: readonly number[]): Place => (shape.length < 3 ? [at[0]!, at[1]!] : [at[1]!, at[2]!]);
  const draw = (
    id: string,
    title: string,
    caption: string,
    formula: string | undefined,
    values: Values,
    sign: string,
    own?: number,
  ): Picture =>
    pictureOf(
      { id, role: "x", title, caption, tex: formula, sign },
      values,
      { plane: channelPlane(values, lane.sample, lane.input), spot: (at) => at, placeOf },
      { picked: place, lit: [] },
      undefined,
      own,
    );
  return {
    tex: tex`\bar{X} = ${paths.map(({ name }) => tex`\mathrm{${name}}`).join(" + ")}`,
    choices: imageChoices(sum, lane, { sample: samples, input: channels }),
    views: [],
    stamps: undefined,
    pictures: [
      draw("dY", "dY", "the upstream gradient", undefined, dy, ""),
      ...paths.map(({ name, values }, i) =>
        draw(name, name, words[name], pathTex(name, nodes.hasGamma), values, i === 0 ? "→" : "+", limit),
      ),
      draw("sum", "dX", "the sum of the paths", undefined, sum, "=", limit),
    ],
    account: place && accountOf(found, cellIn(shape, lane.sample, place, lane.input)),
    notes: notesOf(found),
  };
}

function accountOf({ paths, sum, recorded }: Paths, cell: readonly number[]): Account {
  const numbers = paths.map(({ values }) => numberAt(values, cell));
  return {
    heading: `${cellText("dX", cell)} is the sum of ${paths.length} path${paths.length === 1 ? "" : "s"}`,
    lines: paths.map(({ name, step }, i) => ({
      names: `${name} path`,
      numbers: words[name],
      product: numbers[i],
      note: `step ${step}`,
      here: true,
    })),
    more: 0,
    missing: numbers.filter((one) => one === undefined).length,
    sum: numberAt(sum, cell),
    recorded: recorded && numberAt(recorded, cell),
    remarks: [],
  };
}

function notesOf({ nodes: { epsilon, hasGamma, carriers }, sum, recorded }: Paths): string[] {
  const notes: string[] = [];
  if (epsilon === undefined) notes.push("σ² is the moving variance.");
  else {
    const also = hasGamma ? "" : ", and there is no γ";
    notes.push(
      `x̂ is the normalized x, σ² the variance, n the number of cells that share it; here ε = ${numberText(epsilon)}${also}.`,
    );
  }
  if (carriers.variance === undefined) {
    notes.push(
      "The layer used its moving averages: they do not depend on X, so only the direct path is open.",
    );
  }
  if (recorded === undefined) {
    notes.push("X is used elsewhere as well: its gradient in the trace has further terms.");
  }
  if (!sum.whole) notes.push("This file keeps only some cells of large tensors, rounded to 8 bits.");
  return notes;
}
