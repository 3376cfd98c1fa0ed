import { ChainruleError } from "../../errors.ts";
import type { Trace } from "../trace/trace.ts";
import { convolutionPanel } from "./convolution-panel.ts";
import { normalizationPanel } from "./normalization-panel.ts";
import { poolingPanel } from "./pooling-panel.ts";
import type { Absent, Panel, Scene, State } from "./scene.ts";

const makers = [convolutionPanel, poolingPanel, normalizationPanel];

/** What errors of bad input say goes to the reader; others are faults of the program. */
function told<T>(make: () => T): T | Absent {
  try {
    return make();
  } catch (error) {
    if (error instanceof ChainruleError) return { absent: error.message };
    throw error;
  }
}

/**
 * The panel of a step that convolves, pools or normalizes, forward or backward; none for other steps. Where the numbers
 * do not fit the op (a file may say anything) it says what is wrong.
 */
export function panelOf(trace: Trace, index: number): Panel | Absent | undefined {
  const step = trace.steps[index];
  if (step === undefined || step.phase === "seed") return undefined;
  return told(() => {
    for (const make of makers) {
      const panel = make(trace, index);
      if (panel !== undefined) return panel;
    }
    return undefined;
  });
}

/** What a panel shows in a state; or why there is nothing to show. */
export const sceneOf = (panel: Panel, state: State): Scene | Absent => told(() => panel.draw(state));
