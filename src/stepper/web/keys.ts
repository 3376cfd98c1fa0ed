/** What a key does to the stepper; each is a method of it. */
export type Action =
  | "next"
  | "previous"
  | "nextStep"
  | "previousStep"
  | "nextLayer"
  | "previousLayer"
  | "first"
  | "last"
  | "reveal"
  | "toggleBreakpoint"
  | "continue"
  | "toggleParts"
  | "togglePredict"
  | "toggleHelp";

interface Key {
  /** As in the events of the browser, with `Shift+` where the key is no character by itself. */
  readonly key: string;
  readonly shown: string;
  readonly action: Action;
  readonly about: string;
}

export const keys: readonly Key[] = [
  { key: "ArrowRight", shown: "→", action: "next", about: "next op" },
  { key: "ArrowLeft", shown: "←", action: "previous", about: "previous op" },
  { key: "Shift+ArrowRight", shown: "Shift →", action: "nextStep", about: "one step on" },
  { key: "Shift+ArrowLeft", shown: "Shift ←", action: "previousStep", about: "one step back" },
  { key: "]", shown: "]", action: "nextLayer", about: "next layer" },
  { key: "[", shown: "[", action: "previousLayer", about: "previous layer" },
  { key: "Home", shown: "Home", action: "first", about: "first step" },
  { key: "End", shown: "End", action: "last", about: "last step" },
  { key: " ", shown: "Space", action: "next", about: "reveal the numbers, or go on" },
  { key: "b", shown: "b", action: "toggleBreakpoint", about: "breakpoint here, or none" },
  { key: "c", shown: "c", action: "continue", about: "continue to the next breakpoint" },
  { key: "o", shown: "o", action: "toggleParts", about: "open the op into its parts, or close them" },
  { key: "p", shown: "p", action: "togglePredict", about: "predict before each step, or not" },
  { key: "?", shown: "?", action: "toggleHelp", about: "these keys" },
];

/** What sliders also do. */
const slider: Readonly<Record<string, Action>> = {
  ArrowUp: "next",
  ArrowDown: "previous",
  PageUp: "nextLayer",
  PageDown: "previousLayer",
};

/** Controls that use some keys themselves. */
function isTaken(key: string, target: Element | undefined): boolean {
  if (target === undefined) return false;
  if (target.matches("button, summary")) return key === " ";
  if (target.matches("input, select, textarea")) return key !== "Escape";
  return false;
}

/** What a key pressed in the stepper means; nothing if it belongs to the control that has the focus. */
export function actionFor(event: KeyboardEvent): Action | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const target = event.composedPath().find((at) => at instanceof Element);
  if (isTaken(event.key, target)) return undefined;
  if (target?.getAttribute("role") === "slider" && event.key in slider) return slider[event.key];
  const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
  return keys.find(({ key }) => key === name)?.action;
}
