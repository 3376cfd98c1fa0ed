/** What the page asks of the worker: to run this program. */
export interface Job {
  readonly source: string;
}

/** What the worker answers: the trace as JSON, or what went wrong and in which line. */
export type Outcome =
  | { readonly json: string }
  | { readonly message: string; readonly line: number | undefined };
