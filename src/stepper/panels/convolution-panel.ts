import type { ConvGeometry, WindowAxis } from "../../geometry.ts";
import { tex } from "../../tex.ts";
import type { Trace } from "../trace/trace.ts";
import { cellOf, type Lane, shapeOf } from "../windows/convolution.ts";
import type { Place, Role } from "../windows/taps.ts";
import { taps } from "../windows/taps.ts";
import { accountOf } from "./account.ts";
import { type ConvolutionSubject, convolutionSubject, type Sum } from "./convolution-subject.ts";
import { throughOf } from "./gradients.ts";
import { placeWithin } from "./images.ts";
import {
  bareLayout,
  kernelLayout,
  layoutOf,
  paddedLayout,
  resultLayout,
  stampedLayout,
  upstreamLayout,
} from "./layouts.ts";
import { type About, type Layout, type Lights, pictureOf, thumbnailOf } from "./picture.ts";
import {
  type Choice,
  isAbsent,
  type Panel,
  type Pick,
  type Picture,
  type Scene,
  type State,
  type Tab,
} from "./scene.ts";

/** The two ways to see the sum that goes back to the images. */
const viewsOf = ({ x, y }: Sum["parts"]): readonly Tab[] => [
  {
    id: "gather",
    label: "gather",
    words: `each cell of ${x.name} reads ${y.name} through the flipped kernel`,
  },
  { id: "scatter", label: "scatter", words: `each cell of ${y.name} stamps the kernel onto ${x.name}` },
];

const tabWords: Readonly<Record<Role, string>> = {
  y: "the window slides over the images",
  x: "every cell is in several windows",
  filter: "every tap meets all windows",
};

/** How many rows and columns a role has. */
function sizeOf(g: ConvGeometry, role: Role): Place {
  const shape = shapeOf(g, role);
  return role === "filter" ? [shape[0]!, shape[1]!] : [shape[1]!, shape[2]!];
}

/** Where a role's middle cell is. */
function middleOf(g: ConvGeometry, role: Role): Place {
  const [rows, columns] = sizeOf(g, role);
  return [Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)];
}

const isRole = (role: string): role is Role => role === "x" || role === "filter" || role === "y";

/** A lane whose channels are in one group: the one that was chosen leads, the other follows. */
function fitted(g: ConvGeometry, lane: Lane, leads: "input" | "output"): Lane {
  const [perGroup, outPerGroup] = [g.inputs / g.groups, g.outputs / g.groups];
  const group = leads === "input" ? Math.floor(lane.input / perGroup) : Math.floor(lane.output / outPerGroup);
  const follow = (channel: number, count: number) => group * count + (channel % count);
  return { ...lane, input: follow(lane.input, perGroup), output: follow(lane.output, outPerGroup) };
}

/** The panel of a convolution, with what is known at a step; none for other steps. */
export function convolutionPanel(trace: Trace, index: number): Panel | undefined {
  const step = trace.steps[index]!;
  const node = throughOf(step);
  const subject = convolutionSubject(trace, node, index);
  if (subject === undefined) return undefined;
  const { geometry: g, targets } = subject;
  const tabs = targets.map(({ role, name }): Tab => ({ id: role, label: name, words: tabWords[role] }));
  const own = step.phase === "forward" ? subject.result : targets[(step.slot ?? 0) + 1]!.role;
  const start: State = {
    tab: own,
    view: "gather",
    lane: { sample: 0, input: 0, output: 0 },
    pick: { role: own, place: middleOf(g, own) },
    stamps: undefined,
  };
  const positions = g.height.output * g.width.output;
  const positionOf = ([row, column]: Place) => row * g.width.output + column;
  const stampPick = (stamps: number): Pick | undefined =>
    stamps < 1
      ? undefined
      : {
          role: "y",
          place: [Math.floor((stamps - 1) / g.width.output), (stamps - 1) % g.width.output],
        };
  const next = (state: State, change: Partial<State>): State => {
    const merged = { ...state, ...change };
    if (change.lane !== undefined) {
      const leads = change.lane.output !== state.lane.output ? "output" : "input";
      return { ...merged, lane: fitted(g, change.lane, leads) };
    }
    if (change.tab !== undefined && isRole(change.tab)) {
      return {
        ...start,
        lane: state.lane,
        tab: change.tab,
        pick: { role: change.tab, place: middleOf(g, change.tab) },
      };
    }
    if (change.view === "scatter") return { ...merged, stamps: 1, pick: stampPick(1) };
    if (change.view !== undefined)
      return { ...merged, stamps: undefined, pick: { role: "x", place: middleOf(g, "x") } };
    if (change.stamps !== undefined) {
      const stamps = Math.max(0, Math.min(change.stamps, positions));
      return { ...merged, stamps, pick: stampPick(stamps) };
    }
    if (change.pick && isRole(change.pick.role)) {
      const place = placeWithin(change.pick.place, sizeOf(g, change.pick.role));
      const stamps =
        merged.view === "scatter" && change.pick.role === "y" ? positionOf(place) + 1 : merged.stamps;
      return { ...merged, stamps, pick: { role: change.pick.role, place } };
    }
    return merged;
  };
  return {
    title: `${trace.nodes[node]!.label}: ${describe(subject)}`,
    tabs,
    start,
    next,
    draw: (state) => {
      const sum = subject.sum(state.tab as Role);
      return isAbsent(sum) ? sum : drawn(subject, sum, state);
    },
  };
}

function describe({ geometry: g, padding }: ConvolutionSubject): string {
  const pair = (of: (axis: WindowAxis) => number) => {
    const [down, across] = [of(g.height), of(g.width)];
    return down === across ? `${down}` : `${down}×${across}`;
  };
  const groups = g.groups === 1 ? [] : [`${g.groups} groups`];
  const dilation = pair((axis) => axis.dilation);
  return [
    `kernel ${g.height.kernel}×${g.width.kernel}`,
    `stride ${pair((axis) => axis.stride)}`,
    `padding ${padding}`,
    ...(dilation === "1" ? [] : [`dilation ${dilation}`]),
    ...groups,
  ].join(", ");
}

function drawn(subject: ConvolutionSubject, sum: Sum, state: State): Scene {
  const { geometry: g } = subject;
  const { lane, pick } = state;
  const { target } = sum;
  const stamping = target === "x" && state.view === "scatter";
  const positions = g.height.output * g.width.output;
  const done = state.stamps ?? positions;
  return {
    tex: formulaOf(g, sum, stamping),
    choices: choicesOf(g, sum, lane),
    views: target === "x" ? viewsOf(sum.parts) : [],
    stamps: stamping ? { done, count: positions } : undefined,
    pictures: picturesOf(g, sum, state, done),
    account:
      pick && isRole(pick.role)
        ? accountOf(subject, sum, pick.role, cellOf(g, pick.role, lane, pick.place), lane)
        : undefined,
    notes: notesOf(g, sum, stamping),
  };
}

/** `2i − 1 + 2a`: the cell of the images under tap a at position i. */
function under({ stride, before, dilation }: WindowAxis, position: string, tap: string): string {
  const times = (factor: number, of: string) => (factor === 1 ? of : `${factor}${of}`);
  const shift = before === 0 ? "" : ` - ${before}`;
  return `${times(stride, position)} + ${times(dilation, tap)}${shift}`;
}

/** `(i + 1 − 2a) / 2`: the position whose tap a is over cell i of the images. */
function over({ stride, before, dilation }: WindowAxis, cell: string, tap: string): string {
  const top = `${cell}${before === 0 ? "" : ` + ${before}`} - ${dilation === 1 ? tap : `${dilation}${tap}`}`;
  return stride === 1 ? top : tex`\frac{${top}}{${stride}}`;
}

const texOf = (name: string): string => (name.startsWith("d") ? tex`\bar{${name.slice(1)}}` : name);

/** The sum in the picture's places; a further index where it goes on over channels or samples. */
function formulaOf(g: ConvGeometry, { target, parts }: Sum, stamping: boolean): string {
  const [x, w, y] = (["x", "filter", "y"] as const).map((role) => texOf(parts[role].name));
  const image = `${under(g.height, "i", "a")}, ${under(g.width, "j", "b")}`;
  const also = (index: string, count: number) => (count > 1 ? `, ${index}` : "");
  if (target === "y") {
    const c = also("c", g.inputs / g.groups);
    return tex`${y}_{i, j} = \sum_{a, b${c}} ${x}_{${image}${c}} \cdot ${w}_{a, b${c}}`;
  }
  if (target === "filter") {
    const n = g.batch > 1 ? "n, " : "";
    return tex`${w}_{a, b} = \sum_{${n}i, j} ${x}_{${n}${image}} \cdot ${y}_{${n}i, j}`;
  }
  const o = also("o", g.outputs / g.groups);
  if (stamping) {
    return tex`${x}_{${image}} \leftarrow ${x}_{${image}} + ${y}_{i, j${o}} \cdot ${w}_{a, b${o}}`;
  }
  const upstream = `${over(g.height, "i", "a")}, ${over(g.width, "j", "b")}`;
  return tex`${x}_{i, j} = \sum_{a, b${o}} ${y}_{${upstream}${o}} \cdot ${w}_{a, b${o}}`;
}

function choicesOf(g: ConvGeometry, { parts }: Sum, lane: Lane): Choice[] {
  const choice = (key: keyof Lane, label: string, count: number, role: Role): Choice => ({
    key,
    label,
    count,
    chosen: lane[key],
    thumbnail: (option) => {
      const leads = key === "output" ? "output" : "input";
      const own = fitted(g, { ...lane, [key]: option }, leads);
      return thumbnailOf(parts[role].values, layoutOf(g, role, parts[role].values, own).plane);
    },
  });
  return [
    choice("sample", "sample", g.batch, "x"),
    choice("input", "in channel", g.inputs, "x"),
    choice("output", "out channel", g.outputs, "y"),
  ];
}

/** The places of a role that meet the picked cell. */
function lightsOf(g: ConvGeometry, role: Role, pick: Pick | undefined): Lights {
  if (pick === undefined || !isRole(pick.role)) return { picked: undefined, lit: [] };
  if (pick.role === role) return { picked: pick.place, lit: [] };
  // Of the kernel only the taps that have something to multiply; of images the whole window.
  const met = taps(g, pick.role, pick.place).filter(({ kind }) => role !== "filter" || kind === "cell");
  return { picked: undefined, lit: met.map((tap) => tap[role]) };
}

function picturesOf(
  g: ConvGeometry,
  { target, parts }: Sum,
  { lane, pick, view }: State,
  stamps: number,
): Picture[] {
  const { x, filter, y } = parts;
  const draw = (role: Role, layout: Layout, caption: string, sign: string): Picture => {
    const about: About = { id: role, role, title: parts[role].name, caption, sign };
    return pictureOf(about, parts[role].values, layout, lightsOf(g, role, pick));
  };
  const over = (count: number, what: string) => (count > 1 ? `, over ${count} ${what}` : "");
  if (target === "y") {
    const inputs = over(g.inputs / g.groups, "in channels");
    return [
      draw("x", paddedLayout(g, x.values, lane), "with padding", ""),
      draw("filter", kernelLayout(g, filter.values, lane), "the kernel", "·"),
      draw("y", resultLayout(g, y.values, lane), `one sum per window${inputs}`, "="),
    ];
  }
  if (target === "filter") {
    return [
      draw("x", paddedLayout(g, x.values, lane), "with padding", ""),
      draw("y", resultLayout(g, y.values, lane), "the upstream gradient", "·"),
      draw("filter", kernelLayout(g, filter.values, lane), `one sum per tap${over(g.batch, "samples")}`, "="),
    ];
  }
  if (view === "scatter") {
    const factors = { y: y.values, filter: filter.values };
    const only = g.outputs > g.groups ? `, from out channel ${lane.output}` : "";
    return [
      draw("y", resultLayout(g, y.values, lane), "each cell is a stamp", ""),
      draw("filter", kernelLayout(g, filter.values, lane), "the kernel, as it is", "·"),
      draw("x", stampedLayout(g, factors, lane, stamps), `stamped so far${only}`, "→"),
    ];
  }
  const outputs = over(g.outputs / g.groups, "out channels");
  return [
    draw("y", upstreamLayout(g, y.values, lane), spacedCaption(g), ""),
    draw("filter", kernelLayout(g, filter.values, lane, true), "the kernel, flipped", "·"),
    draw("x", bareLayout(g, x.values, lane), `one sum per cell${outputs}`, "="),
  ];
}

const isStrided = ({ height, width }: ConvGeometry): boolean => height.stride > 1 || width.stride > 1;

const spacedCaption = (g: ConvGeometry): string =>
  isStrided(g) ? "spread by the stride, with padding" : "with padding";

function notesOf(g: ConvGeometry, { target, parts, recorded }: Sum, stamping: boolean): string[] {
  const notes: string[] = [];
  if (!recorded) {
    notes.push(
      `Nobody asked for ${parts[target].name}, so the trace has no step for it. These are the numbers it would have.`,
    );
  }
  if (Object.values(parts).some(({ values }) => !values.whole)) {
    notes.push("This file keeps only some cells of large tensors, rounded to 8 bits.");
  }
  if (stamping) notes.push(`What falls on the padding is cut off: ${parts.x.name} has no cell there.`);
  else if (target === "x" && isStrided(g)) {
    notes.push(
      `The stride skipped positions: zeros are inserted between the cells of ${parts.y.name}, so that the kernel can move by 1.`,
    );
  }
  return notes;
}
