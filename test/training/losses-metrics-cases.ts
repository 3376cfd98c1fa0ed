import { readFixture } from "../support/fixtures.ts";

/** What Keras computed of one loss or metric: how it was made; {@link casesOf} adds the numbers. */
export interface FixtureCase {
  readonly name: string;
  readonly kind: "loss" | "metric";
  readonly class_name: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly note?: string;
}

export const casesOf = <C extends FixtureCase>(wanted: FixtureCase["kind"]): C[] =>
  readFixture<{ cases: C[] }>("losses_metrics.json").cases.filter(({ kind }) => kind === wanted);

export const title = ({ name, note }: FixtureCase): string => `${name}${note ? ` (${note})` : ""}`;
