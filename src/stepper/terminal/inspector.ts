import { type Explanation, printed } from "../../autodiff/explanation.ts";
import { explanationOf } from "../trace/explain.ts";
import type { StepRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import type { Colors } from "./colors.ts";
import type { Room } from "./heatmap.ts";
import { hasPicture, type Panel, panelLines } from "./panels.ts";
import { sourceLines } from "./source.ts";
import { isCovered, knowledge, type State, shownLevel, throughOf } from "./state.ts";
import { beside, cut, type Line, line, span, wrapped } from "./text.ts";

/** The lines of a step: its rule, its numbers and what has arrived; numbers that are to be predicted are not shown. */
export function threeLines(explanation: Explanation, covered: boolean): [label: string, text: string][] {
  const { rule, numbers, outcome, ledger } = explanation;
  // Where there is no formula, the rule is the outcome.
  if (covered)
    return [
      ["rule", outcome === undefined ? "?" : printed(rule)],
      ["numbers", "?"],
      ["ledger", "?"],
    ];
  const sides = [numbers, outcome].filter((side) => side !== undefined).map(printed);
  return [
    ["rule", printed(rule)],
    ...(sides.length > 0 ? [["numbers", sides.join(" = ")] as [string, string]] : []),
    ...ledger.map((text): [string, string] => ["ledger", text]),
  ];
}

/** Which of the steps through its op this is. */
function placeInOp({ steps }: Trace, at: number): string {
  const step = steps[at]!;
  const same = (other: StepRecord | undefined) =>
    other !== undefined &&
    throughOf(other) === throughOf(step) &&
    (other.phase === "forward") === (step.phase === "forward") &&
    (other.phase === "seed") === (step.phase === "seed");
  let [first, last] = [at, at];
  while (same(steps[first - 1])) first--;
  while (same(steps[last + 1])) last++;
  return last > first ? `step ${at - first + 1} of ${last - first + 1} through this op` : "";
}

function stepLines(state: State, width: number): Line[] {
  const { trace, at } = shownLevel(state);
  const explanation = explanationOf(trace, at, state.cell);
  const place = placeInOp(trace, at);
  const rows = threeLines(explanation, isCovered(state)).flatMap(([label, text]): Line[] =>
    wrapped(text, width - 9).map((part, i) => [
      span((i === 0 ? label : "").padEnd(9), "dim"),
      span(part, "strong"),
    ]),
  );
  return [
    ...wrapped(explanation.words, width).map((text) => line(text)),
    ...rows,
    ...(place === "" ? [] : [line(place, "dim")]),
  ];
}

/** The tensors to look at: what the step gives, what has arrived in all, and the value. */
function panelsOf(state: State): Panel[] {
  const { trace, at } = shownLevel(state);
  const step = trace.steps[at]!;
  const node = trace.nodes[step.node]!;
  const covered = isCovered(state);
  const { total, arrived, expected } = knowledge(state).gradientOf(step.node);
  const value = trace.tensors[node.tensor]!;
  const outcome = trace.tensors[step.value]!;
  const about = { isWeight: node.kind === "variable", shape: value.shape, missing: "not yet" };
  const valuePanel: Panel = { ...about, title: `value of ${node.label}`, tensor: value };
  const gradientPanel: Panel = {
    ...about,
    title: `gradient of ${node.label}${arrived < expected ? ` (${arrived} of ${expected})` : ""}`,
    tensor: total,
  };
  const hidden = { tensor: undefined, missing: "to be predicted" };
  if (step.phase === "forward") {
    const shown = covered ? { ...valuePanel, ...hidden } : valuePanel;
    return expected > 0 ? [shown, gradientPanel] : [shown];
  }
  const outcomePanel: Panel = {
    ...about,
    title: step.phase === "contribution" ? `contribution to ${node.label}` : `gradient of ${node.label}`,
    shape: outcome.shape,
    tensor: outcome,
  };
  if (covered) return [{ ...outcomePanel, ...hidden, shape: [] }, valuePanel];
  const parts = total === outcome ? [] : [outcomePanel];
  return [...parts, gradientPanel, valuePanel];
}

/** All about the step at the cursor. */
export function inspector(state: State, { width, height }: Room, colors: Colors): Line[] {
  const text = stepLines(state, width);
  const source = sourceLines(state, Math.min(5, height - text.length - 8));
  const room = height - text.length - 1 - (source.length > 0 ? source.length + 1 : 0);
  const pictures =
    room > 0 ? ([[], ...arranged(panelsOf(state), { width, height: room }, colors)] as Line[]) : [];
  return [...text, ...(source.length > 0 ? [[], ...source] : []), ...pictures].slice(0, Math.max(0, height));
}

const narrowest = 30;

/** Panels beside each other where the room is wide, else above each other. */
function arranged(panels: readonly Panel[], { width, height }: Room, colors: Colors): Line[] {
  const pictures = panels.filter(hasPicture).length;
  const across = Math.max(1, Math.min(pictures, Math.floor(width / narrowest)));
  const column = Math.floor(width / across);
  const rows: Panel[][] = [];
  for (let i = 0; i < panels.length; i += across) rows.push(panels.slice(i, i + across));
  return heightsOf(rows, height).flatMap((own, i) =>
    beside(
      rows[i]!.map((panel) => ({
        lines: panelLines(panel, { width: column, height: own }, colors).map((content) =>
          cut(content, column - 1),
        ),
        width: column,
      })),
    ),
  );
}

/** The least that shows a picture. */
const low = 6;

/** How high each row of panels is: those with pictures share what the others leave; what has no room is left out. */
function heightsOf(rows: readonly (readonly Panel[])[], height: number): number[] {
  const fixed = rows.map((row) => (row.some(hasPicture) ? undefined : 3));
  let free = height;
  const kept = fixed.filter((own) => {
    free -= own ?? low;
    return free >= 0;
  });
  if (kept.length === 0) return [height];
  const flexible = kept.filter((own) => own === undefined).length;
  const used = kept.reduce<number>((sum, own) => sum + (own ?? 0), 0);
  return kept.map((own) => own ?? Math.floor((height - used) / flexible));
}
