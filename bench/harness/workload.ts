/** How many operations one unit of a workload takes: the same count for every library. */
export interface OpCount {
  readonly forward: number;
  readonly backward: number;
  readonly update: number;
}

/** What a run computed. */
export interface Outcome {
  /**
   * Numbers in which all libraries must agree, or the comparison is void. One that does less work may give only the
   * first of them.
   */
  readonly checked: readonly number[];
  /** A few words on the result, for the reader. */
  readonly said: string;
  /** What the run took, where it is not the time that passed here: µs by another clock, or bytes. */
  readonly amount?: number;
}

export type Run = () => Outcome | Promise<Outcome>;

/** One library's way of doing the work. The first contender of a workload is the one others are compared with. */
export interface Contender {
  readonly name: string;
  /** What a reader must know about this contender alone. */
  readonly note?: string;
  /** What stands in the column of that name. */
  readonly about?: string;
  /** How much a run of it does, where that differs from the others. */
  readonly units?: number;
  /** Loads the library; the function that it gives does the whole work once. Checked is what it gives first. */
  setup(): Promise<Run>;
  /** Lets go of what `setup` made, where the garbage collector does not see it. */
  release?(): Promise<void>;
}

/** How long to warm up, and how often to measure. */
export interface Pace {
  readonly warmUpRuns: number;
  readonly warmUpSeconds: number;
  readonly rounds: number;
}

/** Something to measure: one file each. */
export interface Workload {
  readonly title: string;
  /** What a run consists of (`step`), and how many. */
  readonly unit: string;
  readonly units: number;
  /** What is measured; default time. */
  readonly quantity?: "time" | "memory";
  /** The largest difference between the checked numbers, relative for those above 1; none if nothing is checked. */
  readonly tolerance?: number;
  /** Counts the operations of one unit, where a time per operation says something. */
  readonly ops?: () => OpCount;
  /** What no contender may exceed, as a multiple of the first. */
  readonly limit?: number;
  readonly pace?: Pace;
  /** What the contenders are; default `library`. */
  readonly kind?: string;
  /** The head of a further column on them. */
  readonly about?: string;
  readonly contenders: readonly Contender[];
}
