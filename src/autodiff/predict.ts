import { ChainruleError, checkOptions, show } from "../errors.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";

/** Which signs the cells of a gradient have: `"mixed"` if there are positive and negative ones. */
export type Sign = "+" | "-" | "0" | "mixed";

/** What a learner expects of a step before seeing it; any of these. */
export interface Guess {
  shape?: Shape;
  sign?: Sign;
  /** Whether all cells are 0. */
  zero?: boolean;
  /** The number itself, where there is one cell; right within one percent. */
  value?: number;
}

/** A guess beside the truth. */
export interface Answer {
  readonly about: keyof Guess;
  readonly guessed: string;
  readonly actual: string;
  readonly right: boolean;
}

interface Seen {
  readonly shape: Shape;
  readonly cells: ArrayLike<number>;
}

/** Which signs there are among cells. */
export function signOf(cells: ArrayLike<number>): Sign {
  let [below, above] = [false, false];
  for (let i = 0; i < cells.length; i++) {
    below ||= cells[i]! < 0;
    above ||= cells[i]! > 0;
  }
  if (below && above) return "mixed";
  return above ? "+" : below ? "-" : "0";
}

const judges: {
  readonly [K in keyof Guess]-?: (guess: NonNullable<Guess[K]>, seen: Seen) => Omit<Answer, "about">;
} = {
  shape: (guess, { shape }) => ({
    guessed: formatShape(guess),
    actual: formatShape(shape),
    right: sameShape(guess, shape),
  }),
  sign: (guess, { cells }) => {
    const actual = signOf(cells);
    return { guessed: guess, actual, right: guess === actual };
  },
  zero: (guess, { cells }) => {
    const actual = signOf(cells) === "0";
    return { guessed: String(guess), actual: String(actual), right: guess === actual };
  },
  value: (guess, { cells }) => {
    const actual = cells[0]!;
    const right = cells.length === 1 && Math.abs(guess - actual) <= 0.01 * Math.abs(actual);
    return { guessed: String(guess), actual: cells.length === 1 ? String(actual) : "many numbers", right };
  },
};

/** @throws If a guess is about nothing, or about something unknown. */
export function checkGuess(guess: Guess): void {
  checkOptions("predict", guess, Object.keys(judges));
  if (Object.keys(guess).length > 0) return;
  throw new ChainruleError(
    `predict: expected one of ${Object.keys(judges).join(", ")}; received ${show(guess)}`,
  );
}

/** Judges each part of a guess. */
export const answersTo = (guess: Guess, seen: Seen): Answer[] =>
  (Object.keys(guess) as (keyof Guess)[]).map((about) => {
    const judge = judges[about] as (guess: unknown, seen: Seen) => Omit<Answer, "about">;
    return { about, ...judge(guess[about], seen) };
  });
