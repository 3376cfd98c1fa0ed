export { type ActivationPanelOptions, activationPanel } from "./activation-panel.ts";
export { type HistogramOptions, histogramSvg } from "./bars.ts";
export { type DisplayBundle, displayBundle } from "./display.ts";
export { type FlowStripOptions, flowStrip } from "./flow-strip.ts";
export { type HeatmapOptions, heatmap } from "./heatmap.ts";
export type { OutlineOptions } from "./outline.ts";
export { type Drawn, pictureStyle, type StandaloneOptions, standalone } from "./style.ts";
export type { HtmlOptions } from "./to-html.ts";
export type { TraceSvgOptions } from "./to-svg.ts";
