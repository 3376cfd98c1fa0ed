import type { Point } from "./path.ts";
import type { Domain } from "./scale.ts";
import type { Theme } from "./theme.ts";

/** A small circle in the colour of its line. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  /** Full, or only a ring: the end of a line that is not a value of the function. */
  readonly filled: boolean;
}

/** A line. */
export interface Series {
  /** Its name in the legend; lines of the same label in several panels look the same. */
  readonly label: string;
  /** `[x, y]` in the order in which they are joined; a value that is not finite breaks the line. */
  readonly points: readonly Point[];
  readonly marks?: readonly Mark[] | undefined;
}

/** One of the frames of a picture, which share the x axis. */
export interface Panel {
  readonly series: readonly Series[];
  /** Stands above the frame. Default: the label, where there is only one series. */
  readonly yLabel?: string | undefined;
  /** What of y is shown; lines are cut at its ends. Default: all points, and some room. */
  readonly yDomain?: Domain | undefined;
}

/** A picture whose options are complete and checked. */
export interface Chart {
  readonly panels: readonly Panel[];
  readonly title: string | undefined;
  readonly xLabel: string | undefined;
  readonly xDomain: Domain;
  readonly width: number;
  /** `undefined`: what the panels need at a pleasant shape. */
  readonly height: number | undefined;
  readonly theme: Theme;
}

/** The labels of all series, each once; the place in this list decides how a line looks. */
export const labelsOf = ({ panels }: Chart): string[] => [
  ...new Set(panels.flatMap(({ series }) => series.map(({ label }) => label))),
];

/** What stands above a panel. */
export const captionOf = ({ yLabel, series }: Panel): string | undefined =>
  yLabel ?? (series.length === 1 ? series[0]!.label : undefined);
