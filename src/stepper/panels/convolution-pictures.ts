import type { ConvGeometry } from "../../geometry.ts";
import { type Role, taps } from "../windows/taps.ts";
import type { Sum } from "./convolution-subject.ts";
import {
  bareLayout,
  kernelLayout,
  paddedLayout,
  resultLayout,
  stampedLayout,
  upstreamLayout,
} from "./layouts.ts";
import { type About, type Layout, type Lights, pictureOf } from "./picture.ts";
import type { Pick, Picture, State } from "./scene.ts";
import { Values } from "./values.ts";

export const isRole = (role: string): role is Role => role === "x" || role === "filter" || role === "y";

export const isStrided = ({ height, width }: ConvGeometry): boolean => height.stride > 1 || width.stride > 1;

/** The places of a role that meet the picked cell. */
function lightsOf(g: ConvGeometry, role: Role, pick: Pick | undefined): Lights {
  if (pick === undefined || !isRole(pick.role)) return { picked: undefined, lit: [] };
  if (pick.role === role) return { picked: pick.place, lit: [] };
  // Of the kernel only the taps that have something to multiply; of images the whole window.
  const met = taps(g, pick.role, pick.place).filter(({ kind }) => role !== "filter" || kind === "cell");
  return { picked: undefined, lit: met.map((tap) => tap[role]) };
}

/** The three tensors of a sum, laid out as the sum goes through them. */
export function picturesOf(
  g: ConvGeometry,
  { target, parts }: Sum,
  { lane, pick, view }: State,
  stamps: number,
): Picture[] {
  const { x, filter, y } = parts;
  const draw = (role: Role, layout: Layout, caption: string, sign: string, values = parts[role].values) => {
    const about: About = { id: role, role, title: parts[role].name, caption, sign };
    return pictureOf(about, values, layout, lightsOf(g, role, pick));
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
    const stamped = stampedLayout(g, factors, lane, stamps);
    const only = g.outputs > g.groups ? `, from out channel ${lane.output}` : "";
    return [
      draw("y", resultLayout(g, y.values, lane), "each cell is a stamp", ""),
      draw("filter", kernelLayout(g, filter.values, lane), "the kernel, as it is", "·"),
      draw("x", stamped, `stamped so far${only}`, "→", stampedValues(x.values, stamped, factors)),
    ];
  }
  const outputs = over(g.outputs / g.groups, "out channels");
  return [
    draw("y", upstreamLayout(g, y.values, lane), spacedCaption(g), ""),
    draw("filter", kernelLayout(g, filter.values, lane, true), "the kernel, flipped", "·"),
    draw("x", bareLayout(g, x.values, lane), `one sum per cell${outputs}`, "="),
  ];
}

/** In a file with gaps, what a missing cell stamped is missing too. The scale is that of what comes out. */
function stampedValues(
  x: Values,
  { plane, spot, placeOf }: Layout,
  factors: { y: Values; filter: Values },
): Values {
  const whole = factors.y.whole && factors.filter.whole;
  return new Values(x.tensor, whole, (cell) => {
    const [row, column] = spot(placeOf(cell));
    return whole || !Number.isNaN(plane.rows[row]![column]!.value);
  });
}

const spacedCaption = (g: ConvGeometry): string =>
  isStrided(g) ? "spread by the stride, with padding" : "with padding";
