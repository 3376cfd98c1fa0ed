import { largestDifference, type Spread, spreadOf } from "./statistics.ts";
import type { Contender, Outcome, Workload } from "./workload.ts";

const warmUpRuns = 5;
const warmUpMilliseconds = 2000;
const roundCount = 15;

/** A contender that ran: microseconds per unit over the rounds. */
export interface Measured {
  readonly name: string;
  readonly said: string;
  /** From the numbers of the first contender. */
  readonly difference: number;
  readonly microseconds: Spread;
  /** Median over the first contender's median. */
  readonly ratio: number;
}

/** A contender that could not run here, or computed something else. */
export interface Failed {
  readonly name: string;
  readonly failed: string;
}

export type Result = Measured | Failed;

export interface Measurement {
  readonly results: readonly Result[];
  /** Each round's microseconds per unit, by contender. */
  readonly rounds: readonly Readonly<Record<string, number>>[];
}

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

/** Warms up every contender and checks that all compute the same as the first, without which nothing goes on. */
async function prepare({ contenders, tolerance }: Workload, say: (line: string) => void) {
  const runners: Runner[] = [];
  const failures: Failed[] = [];
  for (const contender of contenders) {
    const { name } = contender;
    say(`  warming up ${name}`);
    try {
      const runner = await warmUp(contender);
      const reference = runners[0] ?? runner;
      const difference = largestDifference(reference.outcome.checked, runner.outcome.checked);
      if (difference > tolerance) {
        throw new Error(
          `it differs from ${reference.name} by ${difference.toExponential(1)}, above ${tolerance}`,
        );
      }
      runners.push(runner);
    } catch (error) {
      if (runners.length === 0) throw error;
      failures.push({ name, failed: error instanceof Error ? error.message : String(error) });
    }
  }
  return { runners, failures };
}

/**
 * Times the contenders in turns (A B C, A B C, …), so that whatever disturbs the machine disturbs all. One that
 * cannot run here is reported as such, after the others.
 */
export async function measure(workload: Workload, say: (line: string) => void): Promise<Measurement> {
  const { runners, failures } = await prepare(workload, say);
  const rounds: Record<string, number>[] = [];
  while (rounds.length < roundCount) {
    say(`  round ${rounds.length + 1} of ${roundCount}`);
    const round: Record<string, number> = {};
    for (const { name, run } of runners) {
      round[name] = Number(((await time(run)) / workload.units).toFixed(2));
    }
    rounds.push(round);
  }
  const [reference] = runners as [Runner];
  const spread = (name: string) => spreadOf(rounds.map((round) => round[name]!));
  const base = spread(reference.name).median;
  const measured = runners.map(({ name, outcome }): Measured => {
    const microseconds = spread(name);
    return {
      name,
      said: outcome.said,
      difference: largestDifference(reference.outcome.checked, outcome.checked),
      microseconds,
      ratio: microseconds.median / base,
    };
  });
  return { results: [...measured, ...failures], rounds };
}
