import { ChainruleError, show } from "../../errors.ts";

/** Checks a value from a file and gives it with its type; `path` says where it stands. */
export type Read<T> = (value: unknown, path: string) => T;

type Fields = Readonly<Record<string, Read<unknown>>>;
type Made<F extends Fields> = { readonly [K in keyof F]: F[K] extends Read<infer T> ? T : never };

/** @throws Always: says what stands where. */
export function refuse(path: string, expected: string, received: unknown): never {
  throw new ChainruleError(`loadTrace: ${path}: expected ${expected}; received ${show(received)}`);
}

export const text =
  (most: number): Read<string> =>
  (value, path) =>
    typeof value === "string" && value.length <= most
      ? value
      : refuse(path, `text of at most ${most} characters`, value);

export const number: Read<number> = (value, path) =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse(path, "a finite number", value);

export const whole =
  (least: number, most: number): Read<number> =>
  (value, path) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : refuse(path, `a whole number from ${least} to ${most}`, value);

export const flag: Read<boolean> = (value, path) =>
  typeof value === "boolean" ? value : refuse(path, "true or false", value);

export const oneOf =
  <const T extends string>(...known: readonly T[]): Read<T> =>
  (value, path) =>
    known.find((one) => one === value) ?? refuse(path, known.map((one) => `"${one}"`).join(" or "), value);

export const list =
  <T>(item: Read<T>, most: number): Read<readonly T[]> =>
  (value, path) =>
    Array.isArray(value) && value.length <= most
      ? value.map((one: unknown, i) => item(one, `${path}[${i}]`))
      : refuse(path, `a list of at most ${most}`, value);

export const optional =
  <T>(read: Read<T>): Read<T | undefined> =>
  (value, path) =>
    value === undefined || value === null ? undefined : read(value, path);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with these fields; others are left out, so that none reaches a prototype. */
export const object =
  <F extends Fields>(fields: F): Read<Made<F>> =>
  (value, path) => {
    if (!isObject(value)) return refuse(path, "an object", value);
    const entries = Object.entries(fields).map(([key, read]) => [
      key,
      read(Object.hasOwn(value, key) ? value[key] : undefined, `${path}.${key}`),
    ]);
    return Object.fromEntries(entries) as Made<F>;
  };

/** An object with any keys that are names, at most so many. */
export const dictionary =
  <T>(read: Read<T>, most: number): Read<Readonly<Record<string, T>>> =>
  (value, path) => {
    if (!isObject(value) || Object.keys(value).length > most)
      return refuse(path, `an object of at most ${most}`, value);
    const entries = Object.entries(value).map(([key, one]) => {
      if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(key)) return refuse(path, "names as keys", key);
      return [key, read(one, `${path}.${key}`)] as const;
    });
    return Object.fromEntries(entries);
  };
