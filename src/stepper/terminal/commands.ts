import { Cursor } from "../cursor.ts";
import { asking, askingIfCovered, soughtFrom, typed } from "./prompts.ts";
import {
  isCovered,
  isOpen,
  movedTo,
  opened,
  revealed,
  type State,
  shownLevel,
  throughOf,
  withLevel,
} from "./state.ts";

/** What keys do. A key is a character, or a name such as `right`, `shift+right`, `enter`, `escape`. */
interface Command {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly help: string;
  readonly run: (state: State) => State;
}

const say = (state: State, text: string): State => ({ ...state, message: { text, tone: "plain" } });

const go = (state: State, at: number): State => askingIfCovered(movedTo(state, at));

const byOne =
  (direction: 1 | -1) =>
  (state: State): State =>
    go(state, shownLevel(state).at + direction);

/** To the end of the next or the previous op or layer. What is to be predicted is gone through one by one. */
const byStretch =
  (by: "op" | "layer", direction: 1 | -1) =>
  (state: State): State => {
    const { trace, at } = shownLevel(state);
    if (state.predicting !== "nothing" && by === "op") return byOne(direction)(state);
    const cursor = new Cursor(trace);
    return go(state, direction === 1 ? cursor.next(at, by) : cursor.previous(at, by));
  };

function reveal(state: State): State {
  return isCovered(state) ? revealed(state) : byStretch("op", 1)(state);
}

function togglePredicting(state: State): State {
  if (state.predicting !== "nothing")
    return say({ ...revealed(state), predicting: "nothing" }, "steps are shown as they come");
  const { at } = shownLevel(state);
  return byOne(1)({ ...withLevel(state, { seen: at }), predicting: "steps" });
}

function toggleBreakpoint(state: State): State {
  const { trace, at, breakpoints } = shownLevel(state);
  const through = throughOf(trace.steps[at]!);
  const { label } = trace.nodes[through]!;
  const rest = breakpoints.filter((one) => one.label !== label);
  if (rest.length < breakpoints.length) {
    return say(withLevel(state, { breakpoints: rest }), `no longer stops at ${label}`);
  }
  const steps = new Set(trace.steps.flatMap((step, index) => (throughOf(step) === through ? [index] : [])));
  return say(withLevel(state, { breakpoints: [...breakpoints, { label, steps }] }), `stops at ${label}`);
}

function proceed(state: State): State {
  const { trace, at, breakpoints } = shownLevel(state);
  if (breakpoints.length === 0) return say(state, "nothing to stop at: b stops here, B asks where");
  for (let next = at + 1; next < trace.length; next++) {
    const here = breakpoints.filter(({ steps }) => steps.has(next)).map(({ label }) => label);
    if (here.length > 0) return say(go(state, next), `stopped at ${here.join(", ")}`);
  }
  return say(go(state, trace.length - 1), "no breakpoint before the end");
}

function back(state: State): State {
  if (state.levels.length === 1) return state;
  return { ...state, levels: state.levels.slice(0, -1), cell: undefined };
}

/** Opens the op at the cursor into its parts; else closes parts, or the layer. */
function toggleOpen(state: State): State {
  const level = shownLevel(state);
  const { trace, at } = level;
  const through = throughOf(trace.steps[at]!);
  const node = trace.nodes[through]!;
  const parts = isCovered(state) ? undefined : trace.open(through);
  if (parts !== undefined && parts.length > 0) {
    const forward = trace.steps[at]!.phase === "forward";
    return opened(state, parts, `parts of ${node.label}`, "parts", forward ? 0 : Math.max(parts.turn, 0));
  }
  if (level.kind === "parts") return back(state);
  if (node.group === undefined) return say(state, `${node.label} has no parts and is in no layer`);
  const flipped = new Set(level.flipped);
  if (!flipped.delete(node.group)) flipped.add(node.group);
  const next = withLevel(state, { flipped });
  const { name } = trace.groups[node.group]!;
  return say(next, `${name} is ${isOpen(shownLevel(next))(node.group) ? "open" : "closed"}`);
}

const explainCell = (state: State): State =>
  isCovered(state) ? say(state, "predict first: Space shows it") : asking(state, "cell");

function again(direction: 1 | -1): (state: State) => State {
  return (state) =>
    state.sought === undefined
      ? asking(state, "find")
      : askingIfCovered(soughtFrom(state, state.sought, direction));
}

/** All keys, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  { keys: ["right"], shown: "→", help: "the next op", run: byStretch("op", 1) },
  { keys: ["left"], shown: "←", help: "the op before", run: byStretch("op", -1) },
  {
    keys: ["shift+right", "."],
    shown: "Shift+→ or .",
    help: "the next step of the op",
    run: byOne(1),
  },
  {
    keys: ["shift+left", ","],
    shown: "Shift+← or ,",
    help: "the step before",
    run: byOne(-1),
  },
  { keys: ["]"], shown: "]", help: "the next layer", run: byStretch("layer", 1) },
  { keys: ["["], shown: "[", help: "the layer before", run: byStretch("layer", -1) },
  { keys: ["home"], shown: "Home", help: "the first step", run: (state) => go(state, 0) },
  {
    keys: ["end"],
    shown: "End",
    help: "the last step",
    run: (state) => go(state, shownLevel(state).trace.length - 1),
  },
  { keys: ["space"], shown: "Space", help: "show what is hidden, or go on", run: reveal },
  {
    keys: ["p"],
    shown: "p",
    help: "predict each step before it is shown, or stop that",
    run: togglePredicting,
  },
  { keys: ["enter"], shown: "Enter", help: "answer what the step gives", run: askingIfCovered },
  { keys: ["e"], shown: "e", help: "explain a cell", run: explainCell },
  {
    keys: ["w"],
    shown: "w",
    help: "what if a variable or an input were different",
    run: (state) => asking(state, "what-if"),
  },
  { keys: ["o"], shown: "o", help: "open an op into its parts, or open and close a layer", run: toggleOpen },
  { keys: ["escape", "backspace"], shown: "Esc", help: "back from parts and what-ifs", run: back },
  { keys: ["b"], shown: "b", help: "stop at this op, or no longer", run: toggleBreakpoint },
  {
    keys: ["B"],
    shown: "B",
    help: "stop at an op, a layer, zero or nonfinite",
    run: (state) => asking(state, "break"),
  },
  { keys: ["c"], shown: "c", help: "go on to where to stop", run: proceed },
  { keys: ["/"], shown: "/", help: "find an op, a layer or a tensor", run: (state) => asking(state, "find") },
  { keys: ["n"], shown: "n", help: "find the next", run: again(1) },
  { keys: ["N"], shown: "N", help: "find the one before", run: again(-1) },
  { keys: ["s"], shown: "s", help: "save the trace as JSON", run: (state) => asking(state, "save") },
  {
    keys: ["?"],
    shown: "?",
    help: "show or hide this help",
    run: (state) => ({ ...state, help: !state.help }),
  },
  { keys: ["q", "ctrl+c"], shown: "q", help: "quit", run: (state) => ({ ...state, wish: { kind: "quit" } }) },
];

const byKey = new Map(commands.flatMap((command) => command.keys.map((key) => [key, command] as const)));

/** The state after a key. Keys that mean nothing change nothing. */
export function press(state: State, key: string): State {
  const fresh: State = { ...state, message: undefined, wish: undefined };
  if (key === "ctrl+c") return byKey.get(key)!.run(fresh);
  if (state.prompt !== undefined) {
    const isEmptyGuess = state.prompt.question === "predict" && state.prompt.text === "";
    const next = key === "space" && isEmptyGuess ? revealed(fresh) : typed(fresh, key);
    if (next !== undefined) return next;
  }
  if (state.help && (key === "escape" || key === "space")) return { ...fresh, help: false };
  return byKey.get(key)?.run({ ...fresh, prompt: undefined }) ?? fresh;
}
