import { kind, oneOf } from "../../ops/attributes.ts";

/** Whether messages are printed: Keras's 0 and 1, or false and true. */
export const verbose = kind<number | boolean, boolean>("0 or 1", (value) => {
  const known: readonly unknown[] = [0, 1, 2, true, false];
  return known.includes(value) ? Number(value) > 0 : undefined;
})(0);

/** What prints a message; the console is looked up when there is one. */
export const printFn = kind<(text: string) => void, (text: string) => void>(
  "a function of a text",
  (value) => (typeof value === "function" ? value : undefined),
)((text) => console.log(text));

export const monitored = kind<string, string>("the name of a loss or metric in the logs", (value) =>
  typeof value === "string" && value !== "" ? value : undefined,
)("val_loss");

export const mode = oneOf("auto", "min", "max")("auto");
