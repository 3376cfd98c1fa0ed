export { modelFromConfig } from "./from-config.ts";
export { Model, type ModelOptions } from "./model.ts";
export { Sequential } from "./sequential.ts";
export type { SummaryOptions } from "./summary-rows.ts";
