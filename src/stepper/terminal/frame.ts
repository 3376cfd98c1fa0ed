import type { Colors } from "./colors.ts";
import { commands } from "./commands.ts";
import { flowStrip } from "./flow-strip.ts";
import type { Room } from "./heatmap.ts";
import { inspector } from "./inspector.ts";
import { questionText } from "./prompts.ts";
import { type State, shownLevel } from "./state.ts";
import { tape } from "./tape.ts";
import { beside, cut, type Line, line, span, widthOf } from "./text.ts";

/** From this width on, the tape and the step are beside each other. */
const sideBySide = 72;

function titleLine(state: State): Line {
  const { trace, at } = shownLevel(state);
  const titles = state.levels.map(({ title }) => title).join(" › ");
  const way = trace.steps[at]!.phase === "forward" ? "forward" : "backward";
  const [right, asked] = state.score;
  return [
    span(` ${titles} `, "reversed"),
    span(`  step ${at} of ${trace.length - 1}, ${way}`),
    ...(state.predicting
      ? [span(`  predicting${asked > 0 ? `: ${right} of ${asked} right` : ""}`, "name")]
      : []),
  ];
}

const hints =
  "→ op  . step  ] layer  Space on  p predict  e cell  w what if  o open  b stop  c go on  / find  ? help  q quit";

/** The line at the bottom: a question and its answer so far, a message, or what can be done. */
function bottomLine(state: State, width: number): Line {
  const { prompt, message } = state;
  if (prompt !== undefined) {
    const tail = prompt.text.slice(-Math.max(10, width - 20));
    const question = cut([span(questionText(state), "strong")], Math.max(8, width - widthOf(tail) - 4));
    return [...question, span(" › "), span(tail), span(" ", "reversed")];
  }
  if (message !== undefined) return line(message.text, message.tone === "plain" ? undefined : message.tone);
  return line(hints, "dim");
}

/** What went wrong with an answer stands above the question, so that it can be mended. */
const complaint = ({ prompt, message }: State): Line[] =>
  prompt !== undefined && message !== undefined
    ? [line(message.text, message.tone === "plain" ? undefined : message.tone)]
    : [];

function helpLines({ width, height }: Room): Line[] {
  const rows = commands.map(({ shown, help }): Line => [span(` ${shown.padEnd(13)}`, "strong"), span(help)]);
  const legend = [
    "",
    " ● computed   ○ not yet   ▶ here   ■ stops here   X not a finite number",
    " “not yet”: the gradient has not arrived, which is not the same as 0",
    " 1/2: one of two contributions has arrived   none: no gradient is needed",
    " Pictures: + and orange above 0, − and blue (darker) below; a digit counts tenths of the strongest",
  ].map((text) => line(text));
  if (height >= rows.length + legend.length || width < 80) return [...rows, ...legend].slice(0, height);
  const half = Math.ceil(rows.length / 2);
  const column = Math.floor(width / 2);
  const columns = [rows.slice(0, half), rows.slice(half)].map((lines) => ({ lines, width: column }));
  return [...beside(columns), ...legend].slice(0, height);
}

function body(state: State, { width, height }: Room, colors: Colors): Line[] {
  if (state.help) return helpLines({ width, height });
  if (width >= sideBySide) {
    const left = Math.min(64, Math.floor(width * 0.46));
    const room = { width: width - left - 3, height };
    const rule = { lines: Array.from({ length: height }, () => line(" │ ", "dim")), width: 3 };
    return beside([
      { lines: tape(state, left, height), width: left },
      rule,
      { lines: inspector(state, room, colors), width: room.width },
    ]);
  }
  const below = inspector(state, { width, height }, colors);
  const upper = Math.max(0, Math.min(Math.floor(height / 3), height - 8));
  if (upper < 3) return below.slice(0, height);
  return [
    ...tape(state, width, upper).slice(0, upper),
    line("─".repeat(width), "dim"),
    ...inspector(state, { width, height: height - upper - 1 }, colors),
  ];
}

/** All that is on a screen of that size: exactly `height` lines, none wider than `width`. */
export function frameOf(state: State, { width, height }: Room, colors: Colors): Line[] {
  if (width < 1 || height < 1) return [];
  const strip = height >= 12 && !state.help ? flowStrip(state, width) : [];
  const title = height >= 3 ? [titleLine(state)] : [];
  const bottom = height >= 2 ? [...(height >= 6 ? complaint(state) : []), bottomLine(state, width)] : [];
  const room = { width, height: Math.max(0, height - title.length - strip.length - bottom.length) };
  const middle = body(state, room, colors).slice(0, room.height);
  const filled = [...middle, ...Array.from({ length: room.height - middle.length }, (): Line => [])];
  return [...title, ...filled, ...strip, ...bottom].slice(0, height).map((content) => cut(content, width));
}
