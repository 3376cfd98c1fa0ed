import type { Colors } from "./colors.ts";
import { commands } from "./commands.ts";
import { flowStrip } from "./flow-strip.ts";
import type { Room } from "./heatmap.ts";
import { inspector } from "./inspector.ts";
import { questionText } from "./prompts.ts";
import { type State, shownLevel } from "./state.ts";
import { tape } from "./tape.ts";
import { beside, cut, type Ink, type Line, line, span, wrapped } from "./text.ts";

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
    ...(state.predicting !== "nothing"
      ? [span(`  predicting${asked > 0 ? `: ${right} of ${asked} right` : ""}`, "name")]
      : []),
  ];
}

const hints =
  "→ op  . step  ] layer  Space on  p predict  e cell  w what if  o open  b stop  c go on  / find  ? help  q quit";

const inBlocks = (text: string, width: number, ink?: Ink): Line[] =>
  text.split("\n").flatMap((part) => wrapped(part, width, "  ").map((own) => line(own, ink)));

/** What stands at the bottom: a message, a question and its answer so far, or what can be done. */
function bottomLines(state: State, { width, height }: Room): Line[] {
  const { prompt, message } = state;
  const said =
    message === undefined
      ? []
      : inBlocks(message.text, width, message.tone === "plain" ? undefined : message.tone);
  const most = Math.max(1, Math.floor(height / 2));
  if (prompt === undefined) return said.length > 0 ? said.slice(0, most) : [line(hints, "dim")];
  const tail = [...prompt.text].slice(-Math.max(1, width - 4)).join("");
  const answer: Line = [span("› ", "strong"), span(tail), span(" ", "reversed")];
  return [...said, ...inBlocks(questionText(state), width, "strong"), answer].slice(-most);
}

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
  const bottom = height >= 2 ? bottomLines(state, { width, height }) : [];
  const room = { width, height: Math.max(0, height - title.length - strip.length - bottom.length) };
  const middle = body(state, room, colors).slice(0, room.height);
  const filled = [...middle, ...Array.from({ length: room.height - middle.length }, (): Line => [])];
  return [...title, ...filled, ...strip, ...bottom].slice(0, height).map((content) => cut(content, width));
}
