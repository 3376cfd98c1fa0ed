/** How many operations one unit of a workload takes: the same count for every library. */
export interface OpCount {
  readonly forward: number;
  readonly backward: number;
  readonly update: number;
}

/** What a run computed. */
export interface Outcome {
  /** Numbers in which all libraries must agree, or the comparison is void. */
  readonly checked: readonly number[];
  /** A few words on the result, for the reader. */
  readonly said: string;
}

/** One library's way of doing the work. The first contender of a workload is the one others are compared with. */
export interface Contender {
  readonly name: string;
  /** Loads the library; the function that it gives does the whole work once, always from the same start. */
  setup(): Promise<() => Outcome | Promise<Outcome>>;
}

/** Something to measure: one file each. */
export interface Workload {
  /** The results of a group go into one file, `results/<group>.json` and `.md`. */
  readonly group: string;
  readonly title: string;
  /** What a run consists of (`step`), and how many. */
  readonly unit: string;
  readonly units: number;
  /** The largest difference between the checked numbers, relative for those above 1. */
  readonly tolerance: number;
  /** Counts the operations of one unit, where a time per operation says something. */
  readonly ops?: () => OpCount;
  readonly contenders: readonly Contender[];
}
