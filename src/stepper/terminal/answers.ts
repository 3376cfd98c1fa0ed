import { type Answer, answersTo, type Guess } from "../../autodiff/predict.ts";
import { ChainruleError, show } from "../../errors.ts";
import { sizeOf } from "../../shape.ts";
import type { TensorRecord } from "../trace/records.ts";

// What is typed at the bottom of the screen, as values.

const list = /^\[?\s*(\d+(?:\s*[,x×]\s*\d+)*)?\s*\]?$/;

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

const guesses: Readonly<Record<string, Guess>> = {
  "+": { sign: "+" },
  positive: { sign: "+" },
  "-": { sign: "-" },
  negative: { sign: "-" },
  "0": { sign: "0" },
  mixed: { sign: "mixed" },
  "+-": { sign: "mixed" },
  zero: { zero: true },
  nonzero: { zero: false },
  scalar: { shape: [] },
};

/** What can be answered to the question what a step gives. */
export const guessHelp = "+, -, mixed, zero, nonzero, a shape such as [2,3], or a number";

function guessOf(word: string): Guess {
  const known = Object.hasOwn(guesses, word) ? guesses[word] : undefined;
  if (known !== undefined) return known;
  if (word.startsWith("[") || /^\d+([x×]\d+)+$/.test(word)) {
    if (list.test(word)) return { shape: numbersIn(word) };
  } else if (Number.isFinite(Number(word))) {
    return { value: Number(word) };
  }
  throw new ChainruleError(`expected ${guessHelp}; received ${show(word)}`);
}

/**
 * One or several guesses about the outcome of a step: `+ [2,3]`.
 *
 * @throws If it is none.
 */
export function parseGuess(text: string): Guess {
  const found =
    text
      .toLowerCase()
      .replaceAll("−", "-")
      .match(/\[[^\]]*\]?|[^\s;]+/g) ?? [];
  return Object.assign({}, ...found.map(guessOf)) as Guess;
}

/** Judges a guess; the least and the largest cell tell the sign exactly, also of what was saved as a thumbnail. */
export const judged = (guess: Guess, { shape, statistics, sample }: TensorRecord): Answer[] =>
  answersTo(guess, {
    shape,
    cells: sizeOf(shape) === 1 ? sample.cells : [statistics.min, statistics.max],
  });

/**
 * The index of a cell: `0,2` or `[0, 2]`; none for nothing.
 *
 * @throws If it is none.
 */
export function parseCell(text: string): number[] | undefined {
  if (text.trim() === "") return undefined;
  if (list.test(text.trim())) return numbersIn(text);
  throw new ChainruleError(`expected the index of a cell, such as 0,2; received ${show(text)}`);
}

/** What is to be changed: a tensor by its name, one cell of it or all, and the new value. */
export interface Setting {
  readonly name: string;
  readonly cell: readonly number[] | undefined;
  readonly value: unknown;
}

/**
 * A name and its new value: `w = 3`, `x = [1, 2]`, or of one cell: `kernel[0,1] = 3`.
 *
 * @throws If it is none.
 */
export function parseSetting(text: string): Setting {
  const [, name, index, written] = /^\s*([^=[\]]+?)\s*(\[[^=\]]*\])?\s*=(.*)$/.exec(text) ?? [];
  if (name === undefined) {
    throw new ChainruleError(`expected a name and its new value, such as w = 3; received ${show(text)}`);
  }
  const value = written!.trim().replaceAll("−", "-");
  try {
    return { name, cell: index === undefined ? undefined : parseCell(index), value: JSON.parse(value) };
  } catch (error) {
    if (error instanceof ChainruleError) throw error;
    throw new ChainruleError(`expected a number or a list of numbers for ${name}; received ${show(value)}`);
  }
}
