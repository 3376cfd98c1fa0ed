import { type SavedTensor, saved } from "./encoding.ts";
import type { Tables } from "./records.ts";

export const format = "chainrule-trace";
export const version = 1;

/** A trace as a JSON value: `JSON.stringify` writes it, {@link loadTrace} reads it. */
export interface SavedTrace extends Omit<Tables, "tensors"> {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly tensors: readonly SavedTensor[];
  /** Ops as traces of what they are made of. */
  readonly parts: readonly { readonly node: number; readonly trace: SavedTrace }[];
}

/** Values that JSON has; others as text. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value === "object" && value !== null ? String(value) : value;
};

/** A trace as a JSON value. */
export const savedTrace = (trace: Tables, parts: SavedTrace["parts"]): SavedTrace => ({
  format,
  version,
  program: trace.program,
  loss: trace.loss,
  groups: trace.groups,
  nodes: trace.nodes.map((node) => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [key, plain(value)]),
    ),
  })),
  steps: trace.steps,
  tensors: trace.tensors.map(saved),
  flow: trace.flow,
  parts,
});
