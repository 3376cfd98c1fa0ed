import { ChainruleError, show } from "../../errors.ts";
import type { PoolGeometry } from "../../geometry.ts";
import { tex } from "../../tex.ts";
import type { Trace } from "../trace/trace.ts";
import type { Index } from "../windows/ledger.ts";
import type { Plane, PlaneCell } from "../windows/planes.ts";
import { type Pooling, poolContributors, poolingOf, type Share, sharesOf } from "../windows/pooling.ts";
import { type Place, taps } from "../windows/taps.ts";
import { listed, numberAt, productsOf } from "./account.ts";
import { arrivedAt, returnOf, sentTo, throughOf } from "./gradients.ts";
import { channelPlane, placeWithin } from "./images.ts";
import { type About, imageChoices, pictureOf } from "./picture.ts";
import type { Account, Line, Mark, Panel, Picture, Scene, State, Tab } from "./scene.ts";
import { cellText, counted, factorText, numberText } from "./text.ts";
import { ensureDrawable, type Values, valuesOf } from "./values.ts";

type PoolRole = "x" | "y";

/** A pooling of a trace, with the tensors that a tab shows. */
interface Shown {
  readonly pooling: Pooling;
  readonly x: Values;
  readonly y: Values;
  /** In the tab of dX. */
  readonly dy: Values | undefined;
  readonly dx: Values | undefined;
}

const tabs: readonly Tab[] = [
  { id: "y", label: "Y", words: "what each window gives" },
  { id: "x", label: "dX", words: "where the gradients go" },
];

const sizeOf = ({ height, width }: PoolGeometry, role: PoolRole): Place =>
  role === "x" ? [height.input, width.input] : [height.output, width.output];

const isRole = (role: string): role is PoolRole => role === "x" || role === "y";

/** Refuses a window that would take long to search: a file may say anything. */
function ensureModestWindow({ poolSize }: Readonly<Record<string, unknown>>): void {
  const sizes = Array.isArray(poolSize) ? poolSize : [];
  if (sizes.every((size) => typeof size === "number" && size <= 1024)) return;
  throw new ChainruleError(`poolSize: expected sizes of at most 1024; received ${show(poolSize)}`);
}

/** The panel of a pooling, with what is known at a step; none for other steps. */
export function poolingPanel(trace: Trace, index: number): Panel | undefined {
  const step = trace.steps[index]!;
  const node = throughOf(step);
  const { op, attributes, inputs, tensor, label } = trace.nodes[node]!;
  if (op !== "maxPool2d" && op !== "averagePool2d") return undefined;
  const x = valuesOf(trace.tensors[trace.nodes[inputs[0]!]!.tensor]!);
  const y = valuesOf(trace.tensors[tensor]!);
  ensureModestWindow(attributes);
  const pooling = poolingOf(op, attributes, x.tensor)!;
  ensureDrawable([pooling.geometry.height, pooling.geometry.width]);
  const { geometry: g } = pooling;
  const upstream = arrivedAt(trace, index, node);
  const sent = sentTo(trace, node, 0);
  const back = { dy: upstream && valuesOf(upstream), dx: upstream && sent && valuesOf(sent.record) };
  const start: State = {
    tab: step.phase === "forward" ? "y" : "x",
    view: "",
    lane: { sample: 0, input: 0, output: 0 },
    pick: { role: "y", place: sizeOf(g, "y").map((n) => Math.floor((n - 1) / 2)) as [number, number] },
    stamps: undefined,
  };
  return {
    title: `${label}: windows of ${g.height.kernel}×${g.width.kernel}, stride ${g.height.stride}${g.width.stride === g.height.stride ? "" : `×${g.width.stride}`}`,
    tabs,
    start,
    next: (state, change) => {
      const { pick, ...others } = { ...state, ...change };
      if (pick === undefined || !isRole(pick.role)) return { ...others, pick: undefined };
      return { ...others, pick: { role: pick.role, place: placeWithin(pick.place, sizeOf(g, pick.role)) } };
    },
    draw: (state) => {
      if (state.tab === "y") return drawn({ pooling, x, y, dy: undefined, dx: undefined }, state);
      if (back.dy === undefined) {
        return {
          absent: "The gradient of Y has not arrived yet: the backward pass comes here later.",
          step: returnOf(trace, node),
        };
      }
      return drawn({ pooling, x, y, ...back }, state);
    },
  };
}

function drawn(shown: Shown, state: State): Scene {
  const { pooling, x, y, dy, dx } = shown;
  const { lane } = state;
  return {
    tex: formulaOf(pooling.kind, dy !== undefined),
    choices: imageChoices(x, lane, { sample: pooling.geometry.batch, input: pooling.geometry.channels }),
    views: [],
    stamps: undefined,
    pictures: picturesOf(shown, state),
    account: accountOf(shown, state),
    notes: notesOf(pooling, [x, y, dy, dx]),
  };
}

const formulas = {
  max: [tex`Y = \max_{\mathrm{window}} X`, tex`\bar{X} = \sum_{\mathrm{windows won}} \bar{Y}`],
  average: [
    tex`Y = \frac{1}{n} \sum_{\mathrm{window}} X`,
    tex`\bar{X} = \sum_{\mathrm{windows}} \frac{1}{n} \bar{Y}`,
  ],
} as const;

const formulaOf = (kind: Pooling["kind"], backward: boolean): string => formulas[kind][backward ? 1 : 0];

function notesOf({ kind }: Pooling, values: readonly (Values | undefined)[]): string[] {
  const notes: string[] = [];
  if (kind === "max") {
    notes.push(
      "★ has won a window: its gradient goes there. = is as large as a winner, but comes later and gets nothing.",
    );
  }
  if (values.some((one) => one?.whole === false)) {
    notes.push("This file keeps only some cells of large tensors, rounded to 8 bits.");
  }
  return notes;
}

/** Which cells of X won a window, and which were as large; over all windows that are in the file. */
function marksOf({ pooling, x }: Shown, { lane: { sample, input } }: State): ReadonlyMap<string, Mark> {
  const marks = new Map<string, Mark>();
  if (pooling.kind === "average") return marks;
  const [rows, columns] = sizeOf(pooling.geometry, "y");
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const shares = sharesOf(pooling, [sample, row, column, input]);
      if (!shares.every(({ at }) => x.has(at))) continue;
      for (const { at, share, tied } of shares) {
        if (share === 1) marks.set(String(at), "winner");
        else if (tied && !marks.has(String(at))) marks.set(String(at), "tied");
      }
    }
  }
  return marks;
}

function picturesOf(shown: Shown, state: State): Picture[] {
  const { pooling, x, y, dy, dx } = shown;
  const { lane, pick } = state;
  const marks = marksOf(shown, state);
  const markOf = ({ at }: PlaneCell) => at && marks.get(String(at));
  const met = pick && isRole(pick.role) ? taps(pooling.geometry, pick.role, pick.place) : [];
  const draw = (role: PoolRole, id: string, values: Values, caption: string, sign: string): Picture => {
    const plane: Plane = channelPlane(values, lane.sample, lane.input);
    const about: About = { id, role, title: id, caption, sign };
    const own = pick?.role === role;
    const lit = own ? [] : met.filter(({ kind }) => kind === "cell").map((tap) => tap[role]);
    return pictureOf(
      about,
      values,
      { plane, spot: (place) => place, placeOf: (at) => [at[1]!, at[2]!] },
      { picked: own ? pick.place : undefined, lit },
      role === "x" ? markOf : undefined,
    );
  };
  const forward = [draw("x", "X", x, "the images", "")];
  if (dy === undefined) return [...forward, draw("y", "Y", y, "one number per window", "→")];
  const way = pooling.kind === "max" ? "the winner takes all" : "equal shares";
  return [
    ...forward,
    draw("y", "dY", dy, "the upstream gradient", ""),
    ...(dx === undefined ? [] : [draw("x", "dX", dx, way, "→")]),
  ];
}

function accountOf(shown: Shown, { pick, lane: { sample, input } }: State): Account | undefined {
  if (pick === undefined) return undefined;
  const cell: Index = [sample, ...pick.place, input];
  if (pick.role === "y") return ofWindow(shown, cell);
  return shown.dy === undefined ? undefined : ofCell(shown, shown.dy, cell);
}

const outcomeOf = (share: number, tied: boolean, kind: Pooling["kind"]): string => {
  if (kind === "average") return `a share of ${numberText(share)}`;
  return share === 1 ? "★ won" : tied ? "= as large, but later" : "lost";
};

/** A window: the cells that its number is made of, or that its gradient goes to. */
function ofWindow({ pooling, x, y, dy }: Shown, cell: Index): Account {
  const shares = sharesOf(pooling, cell);
  const there = shares.filter(({ at }) => x.has(at));
  const known = there.length === shares.length;
  const upstream = dy && numberAt(dy, cell);
  const lineOf = ({ at, value, share, tied }: Share): Line => {
    const note = known ? outcomeOf(share, tied, pooling.kind) : undefined;
    const name = cellText(dy ? "dX" : "X", at);
    if (!known || (dy !== undefined && upstream === undefined)) {
      return { names: name, numbers: numberText(value), product: undefined, note, here: true };
    }
    const factor = upstream ?? value;
    // What loses gets nothing, also of what is not finite.
    const product = share === 0 ? 0 : factor * share;
    return {
      names: name,
      numbers: `${factorText(factor)} · ${numberText(share)}`,
      product,
      note,
      here: true,
    };
  };
  const lines = there.slice(0, listed).map(lineOf);
  const account = {
    lines,
    more: there.length - lines.length,
    missing: shares.length - there.length,
    remarks: [],
  };
  if (dy !== undefined) {
    const is = upstream === undefined ? "is not in this file" : `is ${numberText(upstream)}`;
    const goes =
      pooling.kind === "max"
        ? "all of it goes to the winner"
        : `it goes to ${counted(shares.length, "cell")} alike`;
    return {
      ...account,
      heading: `${cellText("dY", cell)} ${is}; ${goes}`,
      sum: undefined,
      recorded: undefined,
    };
  }
  const from = { max: "the largest", average: "the mean" }[pooling.kind];
  const total = shares.reduce((sum, { value, share }) => (share === 0 ? sum : sum + value * share), 0);
  return {
    ...account,
    heading: `${cellText("Y", cell)} is ${from} of ${counted(shares.length, "cell")}`,
    sum: known ? total : undefined,
    recorded: numberAt(y, cell),
  };
}

/** A cell: what it gets from each window that it lies in. */
function ofCell({ pooling, x, dx }: Shown, dy: Values, cell: Index): Account {
  const { terms, count, missing, sum } = productsOf(
    (limit, order) => poolContributors(pooling, cell, dy.tensor, { limit, order }),
    { y: dy },
  );
  // Who wins is only known where all of a window is in the file.
  const sure = x.whole || pooling.kind === "average";
  return {
    heading: `${cellText("dX", cell)} is the sum over ${counted(count, "window")}`,
    lines: sure
      ? terms.map(
          ({ at, factors, product }): Line => ({
            names: `${cellText("dY", at.y!)} · share`,
            numbers: factors.map(factorText).join(" · "),
            product,
            note: undefined,
            here: true,
          }),
        )
      : [],
    more: sure ? count - missing - terms.length : 0,
    missing: sure ? missing : count,
    sum: sure ? sum : undefined,
    recorded: dx && numberAt(dx, cell),
    remarks: [],
  };
}
