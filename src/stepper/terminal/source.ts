import type { Source } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import { type State, shownLevel, throughOf } from "./state.ts";
import { type Line, span } from "./text.ts";

/** The file whose text a trace has, if nobody says: the first that its ops name. */
const firstFile = ({ nodes }: Trace): string | undefined =>
  nodes.find(({ source }) => source !== undefined)?.source?.file;

/** Where in the program's text, that of `file`, a node was made; none if it was in another file. */
function placeOf(trace: Trace, node: number, file: string | undefined): Source | undefined {
  const { source } = trace.nodes[node]!;
  if (source === undefined || trace.program === undefined) return undefined;
  return source.file === (file ?? firstFile(trace)) ? source : undefined;
}

/** The line of the program that made a node, and its number. */
export function sourceLine(
  trace: Trace,
  node: number,
  file?: string,
): [number: number, text: string] | undefined {
  const place = placeOf(trace, node, file);
  const text = place && trace.program?.source.split("\n")[place.line - 1];
  return text === undefined ? undefined : [place!.line, text.trim()];
}

/** The program around the line of the step at the cursor, at most so many lines. */
export function sourceLines(state: State, most: number): Line[] {
  const { trace, at } = shownLevel(state);
  const place = placeOf(trace, throughOf(trace.steps[at]!), state.file);
  if (place === undefined || most < 1) return [];
  const lines = trace.program!.source.split("\n");
  if (place.line > lines.length) return [];
  const first = Math.max(1, Math.min(place.line - Math.floor(most / 2), lines.length - most + 1));
  const digits = String(first + most).length;
  return lines.slice(first - 1, first - 1 + most).map((text, i): Line => {
    const isHere = first + i === place.line;
    const number = String(first + i).padStart(digits);
    return [span(`${isHere ? "▶" : " "} ${number} │ `, "dim"), span(text, isHere ? "strong" : undefined)];
  });
}
