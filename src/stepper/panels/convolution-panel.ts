import type { ConvGeometry, WindowAxis } from "../../geometry.ts";
import type { Trace } from "../trace/trace.ts";
import { cellOf, type Lane, shapeOf } from "../windows/convolution.ts";
import type { Place, Role } from "../windows/taps.ts";
import { accountOf } from "./account.ts";
import { formulaOf } from "./convolution-formula.ts";
import { isRole, isStrided, picturesOf } from "./convolution-pictures.ts";
import { type ConvolutionSubject, convolutionSubject, type Sum } from "./convolution-subject.ts";
import { throughOf } from "./gradients.ts";
import { placeWithin } from "./images.ts";
import { layoutOf } from "./layouts.ts";
import { thumbnailOf } from "./picture.ts";
import { type Choice, isAbsent, type Panel, type Pick, type Scene, type State, type Tab } from "./scene.ts";

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

/** A lane whose channels are in one group: the one that was chosen leads, the other follows. */
function fitted(g: ConvGeometry, lane: Lane, leads: "input" | "output"): Lane {
  const [perGroup, outPerGroup] = [g.inputs / g.groups, g.outputs / g.groups];
  const group = leads === "input" ? Math.floor(lane.input / perGroup) : Math.floor(lane.output / outPerGroup);
  const follow = (channel: number, count: number) => group * count + (channel % count);
  return { ...lane, input: follow(lane.input, perGroup), output: follow(lane.output, outPerGroup) };
}

const middlePick = (g: ConvGeometry, role: Role): Pick => ({ role, place: middleOf(g, role) });

/** The cell of dY that makes the last of some stamps. */
function pickOfStamp({ width }: ConvGeometry, stamps: number): Pick | undefined {
  if (stamps < 1) return undefined;
  const last = stamps - 1;
  return { role: "y", place: [Math.floor(last / width.output), last % width.output] };
}

/** What follows from one change. */
function changed(g: ConvGeometry, state: State, change: Partial<State>): Partial<State> {
  const { lane, tab, view, stamps, pick } = change;
  if (lane !== undefined) {
    return { lane: fitted(g, lane, lane.output === state.lane.output ? "input" : "output") };
  }
  if (tab !== undefined && isRole(tab)) {
    return { tab, view: "gather", stamps: undefined, pick: middlePick(g, tab) };
  }
  if (view === "scatter") return { view, stamps: 1, pick: pickOfStamp(g, 1) };
  if (view === "gather") return { view, stamps: undefined, pick: middlePick(g, "x") };
  if (stamps !== undefined) {
    const made = Math.max(0, Math.min(stamps, g.height.output * g.width.output));
    return { stamps: made, pick: pickOfStamp(g, made) };
  }
  if (pick === undefined || !isRole(pick.role)) return {};
  const place = placeWithin(pick.place, sizeOf(g, pick.role));
  const own = { role: pick.role, place };
  if (state.view !== "scatter" || pick.role !== "y") return { pick: own };
  return { pick: own, stamps: place[0] * g.width.output + place[1] + 1 };
}

/** The panel of a convolution, with what is known at a step; none for other steps. */
export function convolutionPanel(trace: Trace, index: number): Panel | undefined {
  const step = trace.steps[index]!;
  const node = throughOf(step);
  const subject = convolutionSubject(trace, node, index);
  if (subject === undefined) return undefined;
  const { geometry: g, targets, result } = subject;
  const own = step.phase === "forward" ? result : (targets[(step.slot ?? 0) + 1]?.role ?? result);
  return {
    title: `${trace.nodes[node]!.label}: ${describe(subject)}`,
    tabs: targets.map(({ role, name }): Tab => ({ id: role, label: name, words: tabWords[role] })),
    start: {
      tab: own,
      view: "gather",
      lane: { sample: 0, input: 0, output: 0 },
      pick: middlePick(g, own),
      stamps: undefined,
    },
    next: (state, change) => ({ ...state, ...changed(g, state, change) }),
    draw: (state) => {
      const sum = subject.sum(isRole(state.tab) ? state.tab : result);
      return isAbsent(sum) ? sum : drawn(g, sum, state);
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

function drawn(g: ConvGeometry, sum: Sum, state: State): Scene {
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
        ? accountOf(g, sum, pick.role, cellOf(g, pick.role, lane, pick.place), lane)
        : undefined,
    notes: notesOf(g, sum, stamping),
  };
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

function notesOf(g: ConvGeometry, { target, parts, recorded }: Sum, stamping: boolean): string[] {
  const notes: string[] = [];
  if (!recorded) {
    const numbers = parts[target].values.whole
      ? "These are the numbers it would have."
      : "The file has not got all cells that it takes to compute it.";
    notes.push(`Nobody asked for ${parts[target].name}, so the trace has no step for it. ${numbers}`);
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
