import { printed } from "../../autodiff/explanation.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import { formatCell } from "../../tensor/format.ts";
import type { TensorRecord } from "../trace/records.ts";
import type { Colors } from "./colors.ts";
import { hatched, heatmap, type Room } from "./heatmap.ts";
import { brief, gathered, histogramBars, percent } from "./numbers.ts";
import { type Line, line, span } from "./text.ts";

/** A tensor to look at. */
export interface Panel {
  readonly title: string;
  /** None: it is not known yet. */
  readonly tensor: TensorRecord | undefined;
  readonly shape: readonly number[];
  /** Whether it is a weight, or the gradient of one: its first axis counts no samples. */
  readonly isWeight: boolean;
  /** Why it is not known. */
  readonly missing: string;
}

/** Whether there is more to see than a line. */
export const hasPicture = ({ tensor }: Panel): boolean => tensor !== undefined && sizeOf(tensor.shape) !== 1;

/** What is in a tensor, in one line of numbers and one with the histogram. */
export function statisticsLines({ statistics, histogram }: TensorRecord, width: number): string[] {
  const { rms, mean, min, max, zeros, nonFinite } = statistics;
  const share = zeros > 0 ? `  ${percent(zeros)} zeros` : "";
  const wrong = nonFinite > 0 ? `  ${nonFinite} not finite` : "";
  const low = brief(histogram.low);
  const high = brief(histogram.high);
  const bars = histogramBars(gathered(histogram.counts, Math.max(1, width - low.length - high.length - 2)));
  const numbers = `rms ${brief(rms)}  mean ${brief(mean)}`;
  return [`${numbers}  ${brief(min)} to ${brief(max)}${share}${wrong}`, `${low} ${bars} ${high}`];
}

/** A panel in the room that it has: the picture takes what the numbers leave. */
export function panelLines(panel: Panel, { width, height }: Room, colors: Colors): Line[] {
  const { title, tensor, shape, isWeight, missing } = panel;
  const about = sizeOf(shape) === 1 ? "" : ` ${formatShape(shape)}`;
  const heading = line(`${title}${about}`, "name");
  if (tensor === undefined) {
    return [heading, [...hatched, span(` ${missing}`, "dim")]].slice(0, height);
  }
  if (sizeOf(shape) === 1) {
    const text = printed(formatCell(tensor.sample.cells[0]!, tensor.dtype));
    return [heading, line(text, tensor.statistics.nonFinite > 0 ? "bad" : "strong")].slice(0, height);
  }
  const numbers = statisticsLines(tensor, width - 1).map((text) => line(text));
  const picture = heatmap(
    tensor,
    isWeight,
    { width: width - 1, height: height - numbers.length - 2 },
    colors,
  );
  return [heading, ...picture.lines, line(picture.caption, "dim"), ...numbers].slice(0, height);
}
