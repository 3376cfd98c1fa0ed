import { wanted } from "./options.ts";
import { paceOf, patience } from "./pace.ts";
import { largestDifference, type Spread, spreadOf } from "./statistics.ts";
import type { Contender, Outcome, Run, Workload } from "./workload.ts";

/** A contender that ran: µs or bytes per unit over the rounds. */
export interface Measured {
  readonly name: string;
  readonly note: string | undefined;
  readonly about: string | undefined;
  readonly said: string;
  /** From the numbers of the first contender; none if nothing was compared. */
  readonly difference: number | undefined;
  readonly amount: Spread;
  /** How many runs were measured. */
  readonly runs: number;
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
  /** What each round took per unit, by contender. */
  readonly rounds: readonly Readonly<Record<string, number>>[];
}

interface Runner {
  readonly contender: Contender;
  readonly run: Run;
  readonly outcome: Outcome;
  readonly difference: number | undefined;
  /** What the first run took, if it was too slow to be run again. */
  readonly once: number | undefined;
}

/** One run, and what it took. No forced garbage collection before it: that makes V8 drop optimized code. */
async function time(run: Run): Promise<{ outcome: Outcome; amount: number }> {
  const start = performance.now();
  const outcome = await run();
  return { outcome, amount: outcome.amount ?? 1000 * (performance.now() - start) };
}

/** How far an outcome is from that of the first contender, who has none to be compared with. */
function check(outcome: Outcome, first: Runner | undefined, tolerance: number): number | undefined {
  const { checked } = first?.outcome ?? outcome;
  if (outcome.checked.length === 0) return undefined;
  const difference = largestDifference(checked.slice(0, outcome.checked.length), outcome.checked);
  if (difference <= tolerance) return difference;
  const far = `${difference.toExponential(1)}, above ${tolerance}`;
  throw new Error(`it differs from ${first?.contender.name ?? "itself"} by ${far}`);
}

/** Sets up, runs once, checks, and goes on until the engine has compiled what it will compile. */
async function warmUp(contender: Contender, workload: Workload, first: Runner | undefined): Promise<Runner> {
  const run = await contender.setup();
  const start = performance.now();
  const { outcome, amount } = await time(run);
  const slow = performance.now() - start > 1000 * patience;
  const difference = check(outcome, first, workload.tolerance ?? 0);
  const { warmUpRuns, warmUpSeconds } = paceOf(workload.pace);
  const end = start + 1000 * warmUpSeconds;
  for (let i = 1; !slow && (i < warmUpRuns || performance.now() < end); i++) await run();
  return { contender, run, outcome, difference, once: slow ? amount : undefined };
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Warms up every contender; without the first nothing goes on. */
async function prepare(workload: Workload, say: (line: string) => void) {
  const runners: Runner[] = [];
  const failures: Failed[] = [];
  for (const [i, contender] of workload.contenders.entries()) {
    if (i > 0 && !wanted(contender.name)) continue;
    say(`  warming up ${contender.name}`);
    try {
      runners.push(await warmUp(contender, workload, runners[0]));
    } catch (error) {
      if (runners.length === 0) throw error;
      failures.push({ name: contender.name, failed: reason(error) });
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
  const perUnit = ({ contender }: Runner, amount: number) =>
    Number((amount / (contender.units ?? workload.units)).toFixed(2));
  const { rounds: count } = paceOf(workload.pace);
  const rounds: Record<string, number>[] = [];
  while (rounds.length < count) {
    say(`  round ${rounds.length + 1} of ${count}`);
    const round: Record<string, number> = {};
    for (const runner of runners.filter(({ once }) => once === undefined)) {
      round[runner.contender.name] = perUnit(runner, (await time(runner.run)).amount);
    }
    rounds.push(round);
  }
  for (const { release } of workload.contenders) await release?.();

  const amounts = (runner: Runner) =>
    runner.once === undefined
      ? rounds.map((round) => round[runner.contender.name]!)
      : [perUnit(runner, runner.once)];
  const base = spreadOf(amounts(runners[0]!)).median;
  const measured = runners.map((runner): Measured => {
    const { name, note, about } = runner.contender;
    const amount = spreadOf(amounts(runner));
    const runs = amounts(runner).length;
    const { outcome, difference } = runner;
    const ratio = amount.median / base;
    return { name, note, about, said: outcome.said, difference, amount, runs, ratio };
  });
  return { results: [...measured, ...failures], rounds };
}
