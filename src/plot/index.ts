export type { Mark, Panel, Series } from "./chart.ts";
export type { PlotFunction } from "./functions.ts";
export { type LineChartOptions, lineChart, type PictureOptions } from "./line-chart.ts";
export type { Point } from "./path.ts";
export { type PlotOptions, plot } from "./plot.ts";
export type { Domain } from "./scale.ts";
export type { Theme } from "./theme.ts";
