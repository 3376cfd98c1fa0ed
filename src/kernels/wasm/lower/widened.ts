import type { ConvGeometry, WindowAxis } from "../../../geometry.ts";
import { sizeOf, stridesOf } from "../../../shape.ts";
import type { View } from "../../../view.ts";
import type { Lowering, Lowerings, Workshop } from "../instruction.ts";
import { ceilTo } from "./ceil-to.ts";
import { copy, fill } from "./copy.ts";
import { isDense } from "./views.ts";
import { winograd } from "./winograd.ts";

/** Winograd takes channels four at a time; those of a photograph get zeros beside them. */
const widened = (channels: number): number => Math.max(channels, 4);

/**
 * Whether Winograd with wider images is faster than the direct way, which computes eight results of a position at a time:
 * multiplications, and what the transforms cost in multiplications, as in winograd.ts.
 */
function pays({ batch, height, width }: ConvGeometry, source: number, results: number): boolean {
  const tilesAlong = (axis: WindowAxis) => Math.ceil(Math.max(axis.input, axis.output) / 4);
  const tiles = ceilTo(batch * tilesAlong(height) * tilesAlong(width), 4);
  const [from, to] = [widened(source), widened(results)];
  const cost = tiles * (36 * from * to + 150 * (from + to)) + 100 * from * to;
  return cost < 9 * batch * height.output * width.output * source * ceilTo(results, 8);
}

const slides = ({ kernel, stride, dilation }: WindowAxis): boolean =>
  kernel === 3 && stride === 1 && dilation === 1;

const isNarrow = (g: ConvGeometry): boolean =>
  g.groups === 1 && Math.min(g.inputs, g.outputs) < 4 && slides(g.height) && slides(g.width);

/** A view in scratch with more channels, and the corner of it that has the shape of the given one. */
interface Wide {
  readonly whole: View;
  readonly corner: View;
}

/** Both are the view itself if it has channels enough. Filters have two axes of channels. */
function widen(workshop: Workshop, view: View, isFilter: boolean): Wide {
  const isOfChannels = (axis: number) => axis === 3 || (isFilter && axis === 2);
  const shape = view.shape.map((size, axis) => (isOfChannels(axis) ? widened(size) : size));
  if (sizeOf(shape) === sizeOf(view.shape)) return { whole: view, corner: view };
  const whole = { ...workshop.scratch(sizeOf(shape)), shape, stride: stridesOf(shape) };
  return { whole, corner: { ...whole, shape: view.shape } };
}

/** One of the three convolutions; `filter` says which of its operands and result is the filter. */
function through(name: "conv2d" | "conv2dInput" | "conv2dFilter", filter: number): Lowering<"conv2d"> {
  return (workshop, first, second, g, out) => {
    if (!isNarrow(g) || !isDense(first, second, out)) return undefined;
    const isAdjoint = name === "conv2dInput";
    if (!(isAdjoint ? pays(g, g.outputs, g.inputs) : pays(g, g.inputs, g.outputs))) return undefined;
    const [a, b, c] = [first, second, out].map((view, i) => widen(workshop, view, i === filter)) as [
      Wide,
      Wide,
      Wide,
    ];
    const bring = (view: View, { whole, corner }: Wide) =>
      whole === view ? [] : [...fill(workshop, 0, whole)!, ...copy(workshop, view, corner)!];
    const wide = { ...g, inputs: widened(g.inputs), outputs: widened(g.outputs) };
    // The filter is copied in each run, so it must not be prepared: that is asked of the first instructions only.
    const inRun = { ...workshop, isFixed: () => false };
    const convolve = (winograd[name] as Lowering<"conv2d">)(inRun, a.whole, b.whole, wide, c.whole);
    if (convolve === undefined) return undefined;
    const back = c.whole === out ? [] : copy(workshop, c.corner, out)!;
    return [...bring(first, a), ...bring(second, b), ...convolve, ...back];
  };
}

/** 3x3 convolutions of fewer than four channels by Winograd, on copies with more, where that pays. */
export const widenedWinograd: Pick<Lowerings, "conv2d" | "conv2dInput" | "conv2dFilter"> = {
  conv2d: through("conv2d", 1),
  conv2dInput: through("conv2dInput", 1),
  conv2dFilter: through("conv2dFilter", 2),
};
