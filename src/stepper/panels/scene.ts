import type { Lane } from "../windows/convolution.ts";
import type { Index } from "../windows/ledger.ts";
import type { Place, PlaceKind } from "../windows/taps.ts";

// What a panel shows, as plain data: a state goes in, a scene comes out, and nothing here knows of a page.

/** What stands at a square: as in planes, or a cell that a file has not kept. */
export type SquareKind = PlaceKind | "missing";

/** The cell that won a window, and one that is as large but lost. */
export type Mark = "winner" | "tied";

export interface Square {
  readonly kind: SquareKind;
  readonly value: number;
  /** The cell of the tensor that stands here. */
  readonly at: Index | undefined;
  /** Where it is picked; none where there is nothing to pick. */
  readonly place: Place | undefined;
  readonly picked: boolean;
  /** Whether it takes part in what the picked cell is made of, or makes. */
  readonly lit: boolean;
  readonly mark: Mark | undefined;
}

/** A grid of squares. */
export interface Picture {
  /** Unique in the scene. */
  readonly id: string;
  /** What its cells stand for: pictures of one role are picked together. */
  readonly role: string;
  readonly title: string;
  /** What the picture is, in words. */
  readonly caption: string;
  /** What it shows, as LaTeX. */
  readonly tex?: string | undefined;
  readonly rows: readonly (readonly Square[])[];
  /** How many rows and columns there are; more than in `rows` if the picture was cut to what surrounds the pick. */
  readonly size: Place;
  /** What has the strongest color. */
  readonly limit: number;
  /** Numbers in the squares are multiples of 10 to this power. */
  readonly exponent: number;
  /** What stands before it: `·`, `=`. */
  readonly sign: string;
}

/** A term of a sum. */
export interface Line {
  /** The cells that are multiplied. */
  readonly names: string;
  /** Their numbers; none if a cell is not in the file. */
  readonly numbers: string | undefined;
  readonly product: number | undefined;
  readonly note: string | undefined;
  /** Whether its cells are in the pictures shown. */
  readonly here: boolean;
}

/** What a picked cell is made of, or what it makes. */
export interface Account {
  readonly heading: string;
  readonly lines: readonly Line[];
  /** How many terms there are beyond the lines. */
  readonly more: number;
  /** How many terms have cells that are not in the file. */
  readonly missing: number;
  /** The sum of all terms; none if one is missing or the terms are no sum. */
  readonly sum: number | undefined;
  /** The number that the trace has for the cell. */
  readonly recorded: number | undefined;
  /** Further lines, such as proofs that two ways agree. */
  readonly remarks: readonly string[];
}

/** Something to choose one of: a sample, a channel. */
export interface Choice {
  readonly key: keyof Lane;
  readonly label: string;
  readonly count: number;
  readonly chosen: number;
  /** A small picture of an option: rows of numbers, NaN where a cell is missing. */
  thumbnail(option: number): Thumbnail;
}

export interface Thumbnail {
  readonly rows: readonly (readonly number[])[];
  readonly limit: number;
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly words: string;
}

/** Stamps that have been made, of how many. */
export interface Stamps {
  readonly done: number;
  readonly count: number;
}

export interface Scene {
  readonly tex: string | undefined;
  readonly choices: readonly Choice[];
  readonly views: readonly Tab[];
  readonly stamps: Stamps | undefined;
  readonly pictures: readonly Picture[];
  readonly account: Account | undefined;
  /** What has to be said about what is shown. */
  readonly notes: readonly string[];
}

export interface Pick {
  readonly role: string;
  readonly place: Place;
}

/** What a reader has chosen. */
export interface State {
  readonly tab: string;
  readonly view: string;
  readonly lane: Lane;
  readonly pick: Pick | undefined;
  /** How many stamps are made; all of them unless said. */
  readonly stamps: number | undefined;
}

/** The panel of a step: it draws any state. */
export interface Panel {
  readonly title: string;
  readonly tabs: readonly Tab[];
  /** The state that fits the step. */
  readonly start: State;
  /** The scene of a state; or why there is none. */
  draw(state: State): Scene | Absent;
  /** The state after a change, with what is not changed made to fit. */
  next(state: State, change: Partial<State>): State;
}

/** Why there is nothing to draw. */
export interface Absent {
  readonly absent: string;
  /** The step at which there is. */
  readonly step?: number | undefined;
}

export const isAbsent = (x: object): x is Absent => "absent" in x;
