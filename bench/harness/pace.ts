import { quick } from "./options.ts";
import type { Pace } from "./workload.ts";

/** For runs of well under a second. */
export const usual: Pace = { warmUpRuns: 5, warmUpSeconds: 2, rounds: 15 };

/** For runs of about a second. */
export const long: Pace = { warmUpRuns: 2, warmUpSeconds: 0, rounds: 7 };

/** For processes that start afresh in each run. */
export const fresh: Pace = { warmUpRuns: 1, warmUpSeconds: 0, rounds: 5 };

/** For what is the same in each run. */
export const fixed: Pace = { warmUpRuns: 1, warmUpSeconds: 0, rounds: 1 };

const hasty: Pace = { warmUpRuns: 1, warmUpSeconds: 0, rounds: 2 };

/** The pace of a workload, unless all must be quick. */
export const paceOf = (pace: Pace = usual): Pace =>
  quick ? { ...hasty, rounds: Math.min(hasty.rounds, pace.rounds) } : pace;

/** A contender whose first run takes longer than so many seconds is not run again. */
export const patience = quick ? 3 : 10;
