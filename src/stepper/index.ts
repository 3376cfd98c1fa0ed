/**
 * Stepping through backward passes: traces, their views, lessons and exercises.
 *
 * @module chainrule/stepper
 */

export * from "./exercises/index.ts";
export * from "./lessons/index.ts";
export * from "./pictures/index.ts";
export type { Change, Difference } from "./trace/diff.ts";
export { loadTrace } from "./trace/load.ts";
export { type RecordOptions, record } from "./trace/record.ts";
export type {
  FlowRow,
  GroupRecord,
  Histogram,
  NodeRecord,
  Phase,
  Program,
  Sample,
  SampledAxis,
  Source,
  Statistics,
  StepRecord,
  Tables,
  TensorRecord,
} from "./trace/records.ts";
export type { SavedTrace } from "./trace/save.ts";
export type { Query, Stretch } from "./trace/search.ts";
export {
  type Arrivals,
  type Moment,
  Trace,
  type TraceExplainOptions,
} from "./trace/trace.ts";
