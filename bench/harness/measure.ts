import { largestDifference, type Spread, spreadOf } from "./statistics.ts";
import type { Contender, Outcome, Workload } from "./workload.ts";

const warmUpRuns = 5;
const warmUpMilliseconds = 2000;
const rounds = 15;

/** A contender that ran: microseconds per unit over the rounds. */
export interface Measured {
  readonly name: string;
  readonly said: string;
  /** From the numbers of the first contender. */
  readonly difference: number;
  readonly microseconds: Spread;
  /** Median over the first contender's median. */
  readonly ratio: number;
  readonly rounds: readonly number[];
}

/** A contender that could not run here, or computed something else. */
export interface Failed {
  readonly name: string;
  readonly failed: string;
}

export type Result = Measured | Failed;

interface Runner {
  readonly name: string;
  readonly run: () => Outcome | Promise<Outcome>;
  readonly outcome: Outcome;
}

/** The microseconds of one run. No forced garbage collection before it: that makes V8 drop optimized code. */
async function time(run: Runner["run"]): Promise<number> {
  const start = performance.now();
  await run();
  return 1000 * (performance.now() - start);
}

/** Sets up and runs until the engine has compiled what it will compile. */
async function warmUp({ name, setup }: Contender): Promise<Runner> {
  const run = await setup();
  const outcome = await run();
  const end = performance.now() + warmUpMilliseconds;
  for (let i = 1; i < warmUpRuns || performance.now() < end; i++) await run();
  return { name, run, outcome };
}

/**
 * Warms up every contender, checks that all compute the same, then times them in turns (A B C, A B C, …), so
 * that whatever disturbs the machine disturbs all.
 */
export async function measure(
  { contenders, tolerance, units }: Workload,
  say: (line: string) => void,
): Promise<Result[]> {
  const runners: Runner[] = [];
  const failed: Failed[] = [];
  for (const contender of contenders) {
    say(`  warming up ${contender.name}`);
    try {
      const runner = await warmUp(contender);
      const reference = runners[0] ?? runner;
      const difference = largestDifference(reference.outcome.checked, runner.outcome.checked);
      if (difference > tolerance) {
        throw new Error(
          `differs from ${reference.name} by ${difference.toExponential(1)}, above ${tolerance}`,
        );
      }
      runners.push(runner);
    } catch (error) {
      if (contender === contenders[0]) throw error;
      failed.push({ name: contender.name, failed: error instanceof Error ? error.message : String(error) });
    }
  }
  const samples = new Map(runners.map(({ name }) => [name, [] as number[]]));
  for (let round = 1; round <= rounds; round++) {
    say(`  round ${round} of ${rounds}`);
    for (const { name, run } of runners) samples.get(name)!.push((await time(run)) / units);
  }
  const base = spreadOf(samples.get(runners[0]!.name)!).median;
  return contenders.map(({ name }) => {
    const runner = runners.find((each) => each.name === name);
    if (runner === undefined) return failed.find((each) => each.name === name)!;
    const taken = samples.get(name)!;
    const microseconds = spreadOf(taken);
    return {
      name,
      said: runner.outcome.said,
      difference: largestDifference(runners[0]!.outcome.checked, runner.outcome.checked),
      microseconds,
      ratio: microseconds.median / base,
      rounds: taken,
    };
  });
}
