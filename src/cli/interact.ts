import { writeFileSync } from "node:fs";
import { emitKeypressEvents, type Key } from "node:readline";
import { type Colors, write } from "../stepper/terminal/colors.ts";
import { press } from "../stepper/terminal/commands.ts";
import { frameOf } from "../stepper/terminal/frame.ts";
import { type State, shownLevel } from "../stepper/terminal/state.ts";

/** What keys come from. */
export interface Keyboard extends NodeJS.ReadableStream {
  setRawMode?(raw: boolean): unknown;
}

/** What is drawn on. */
export interface Screen extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
  getColorDepth?(): number;
}

// The alternate screen, and no cursor; and back.
const enter = "\u001b[?1049h\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";
const restOfLine = "\u001b[K";
const restOfScreen = "\u001b[J";
const top = "\u001b[H";

/** What the terminal can show; nothing but text if the user wants no colors. */
export function colorsOf(screen: Screen): Colors {
  if (process.env.NO_COLOR) return "none";
  const depth = screen.getColorDepth?.() ?? 1;
  return depth >= 24 ? "truecolor" : depth >= 8 ? "256" : "none";
}

const named: Readonly<Record<string, string>> = { return: "enter" };

/** A key by the name that commands know it by; none for what is no key of theirs. */
export function keyName(text: string | undefined, { name, ctrl, meta, shift }: Key): string | undefined {
  if (ctrl || (meta && name !== "escape")) return ctrl ? `ctrl+${name}` : undefined;
  if (text !== undefined && /^[^\p{Cc}\s]$/u.test(text)) return text;
  if (name === undefined) return undefined;
  const own = named[name] ?? name;
  return shift && (own === "left" || own === "right") ? `shift+${own}` : own;
}

function saved(state: State, path: string): State {
  try {
    writeFileSync(path, JSON.stringify(shownLevel(state).trace));
    return { ...state, wish: undefined, message: { text: `saved as ${path}`, tone: "good" } };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ...state, wish: undefined, message: { text, tone: "bad" } };
  }
}

function draw(state: State, screen: Screen, colors: Colors): void {
  const size = { width: screen.columns ?? 80, height: screen.rows ?? 24 };
  const lines = frameOf(state, size, colors).map((content) => write(content, colors) + restOfLine);
  screen.write(top + lines.join("\r\n") + restOfScreen);
}

/** Lets keys go through a trace until the user quits. The terminal is left as it was, also after an error. */
export async function interact(first: State, keyboard: Keyboard, screen: Screen): Promise<void> {
  const colors = colorsOf(screen);
  let state = first;
  const restore = (): void => {
    keyboard.setRawMode?.(false);
    screen.write(leave);
  };
  const redraw = (): void => draw(state, screen, colors);
  emitKeypressEvents(keyboard);
  keyboard.setRawMode?.(true);
  screen.write(enter);
  process.once("exit", restore);
  let onKey: (text: string | undefined, key: Key) => void = () => {};
  let quit = (): void => {};
  try {
    redraw();
    screen.on("resize", redraw);
    await new Promise<void>((resolve, reject) => {
      quit = resolve;
      onKey = (text, key) => {
        try {
          const pressed = keyName(text, key);
          if (pressed !== undefined) state = press(state, pressed);
          if (state.wish?.kind === "quit") return resolve();
          if (state.wish?.kind === "save") state = saved(state, state.wish.path);
          redraw();
        } catch (error) {
          reject(error);
        }
      };
      keyboard.on("keypress", onKey);
      keyboard.once("end", quit);
      process.once("SIGTERM", quit);
      process.once("SIGHUP", quit);
      keyboard.resume();
    });
  } finally {
    keyboard.removeListener("keypress", onKey);
    keyboard.removeListener("end", quit);
    screen.removeListener("resize", redraw);
    process.removeListener("SIGTERM", quit);
    process.removeListener("SIGHUP", quit);
    process.removeListener("exit", restore);
    keyboard.pause();
    restore();
  }
}
