import { allocate, type DType, floatx, isFloat, promote } from "../dtype.ts";
import { ChainruleError, checkOptions, isPlainObject, show } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { type Raw, readRaw, toCells } from "../tensor/convert.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import type { AttrSpecs } from "./attributes.ts";

/** What an input must hold. `number` joins the common dtype, `any` is taken as it is. */
export type Kind = "number" | "int32" | "bool" | "any";

/**
 * What the common dtype of the inputs that hold numbers may be: `"float"` makes floats of whole numbers, `"any"`
 * makes whole numbers of bools, `"all"` leaves bools too.
 */
export type Numbers = "float" | "any" | "all";

/** What a rule says of its inputs. */
interface Wants {
  kindOf?(slot: number): Kind;
  readonly numbers?: Numbers | undefined;
}

const isNumber = (): Kind => "number";

/** The operands of a call as tensors of the right kinds. */
export function readOperands(
  who: string,
  names: readonly string[],
  { kindOf = isNumber, numbers = "float" }: Wants,
  cast: (x: Tensor, dtype: DType) => Tensor,
  args: readonly unknown[],
): readonly Tensor[] {
  const values = operandValues(who, names, args);
  const ready = readyOperands(values, kindOf);
  if (ready !== undefined) return ready;
  const whose = (slot: number) => `${who}, ${operandName(names, slot)}`;
  const raws = values.map((value, slot) => (value instanceof Tensor ? value : readRaw(whose(slot), value)));
  const common = commonDType(
    raws.filter((_, slot) => kindOf(slot) === "number"),
    numbers,
  );
  return raws.map((raw, slot) => {
    const kind = kindOf(slot);
    const wanted = kind === "number" ? common : kind === "any" ? raw.dtype : kind;
    if (!(raw instanceof Tensor)) {
      return new Tensor(raw.shape, wanted, toCells(whose(slot), raw.cells, wanted));
    }
    if (raw.dtype === wanted) return raw;
    if (kind !== "number" && !(kind === "bool" && raw.dtype === "int32")) {
      const name = operandName(names, slot);
      throw new ChainruleError(
        `${who}: ${name} must be ${kind}; received a ${raw.dtype} tensor ${formatShape(raw.shape)}. ` +
          `Convert it with cast(${name}, "${kind}") if that is what you mean.`,
      );
    }
    return cast(raw, wanted);
  });
}

/**
 * The same for the operands of nearly all calls, in a fraction of the time: tensors of the right kinds, the numbers among
 * them floats of one dtype, and plain numbers, which take that. `undefined` for others.
 */
function readyOperands(
  values: readonly TensorLike[],
  kindOf: (slot: number) => Kind,
): readonly Tensor[] | undefined {
  let dtype: DType | undefined;
  let plain = false;
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!;
    const kind = kindOf(slot);
    if (!(value instanceof Tensor)) {
      if (kind !== "number" || typeof value !== "number") return undefined;
      plain = true;
    } else if (kind === "number") {
      dtype ??= value.dtype;
      if (value.dtype !== dtype || !isFloat(dtype)) return undefined;
    } else if (kind !== "any" && kind !== value.dtype) {
      return undefined;
    }
  }
  if (!plain) return values as readonly Tensor[];
  if (dtype === undefined) return undefined;
  return values.map((value) => (value instanceof Tensor ? value : scalar(value as number, dtype)));
}

function scalar(value: number, dtype: DType): Tensor {
  const cells = allocate(dtype, 1);
  cells[0] = value;
  return new Tensor([], dtype, cells);
}

/** The positional tensors, the list of a `"...xs"` input spread out. */
function operandValues(
  who: string,
  names: readonly string[],
  args: readonly unknown[],
): readonly TensorLike[] {
  const last = names.length - 1;
  if (args.length < names.length) {
    const expected = `${names.length} input${names.length === 1 ? "" : "s"} (${names.join(", ").replace("...", "")})`;
    throw new ChainruleError(`${who}: expected ${expected}; received ${args.length}`);
  }
  if (!names[last]!.startsWith("...")) {
    return (args.length === names.length ? args : args.slice(0, names.length)) as readonly TensorLike[];
  }
  const list = args[last];
  if (!Array.isArray(list) || list.length === 0) {
    throw new ChainruleError(
      `${who}: expected an array of tensors, at least one: ${who}([a, b, …]); received ${show(list)}`,
    );
  }
  return [...args.slice(0, last), ...list] as TensorLike[];
}

/** `x`, or `xs[1]` in a list: how messages call the operand in a slot. */
function operandName(names: readonly string[], slot: number): string {
  const last = Math.min(slot, names.length - 1);
  const name = names[last]!;
  return name.startsWith("...") ? `${name.slice(3)}[${slot - last}]` : name;
}

/** The dtype that all numbers of a call come to. Plain numbers give way to tensors. */
function commonDType(raws: readonly (Tensor | Raw)[], numbers: Numbers): DType {
  const isWeak = (raw: Tensor | Raw) => "weak" in raw && raw.weak;
  const strong = raws.filter((raw) => !isWeak(raw)).map((raw) => raw.dtype);
  const common =
    strong.length > 0 ? strong.reduce(promote) : raws.map((raw) => raw.dtype).reduce(promote, "bool");
  const needsFloat =
    numbers === "float" ||
    raws.some((raw) => "weak" in raw && raw.weak && Array.from(raw.cells).some((x) => !Number.isInteger(x)));
  if (needsFloat && !isFloat(common)) return floatx();
  const bools = numbers === "all" && raws.every((raw) => raw.dtype === "bool");
  return common === "bool" && !bools ? "int32" : common;
}

/** The attributes of a call, complete and checked. */
export function readOptions(
  who: string,
  specs: AttrSpecs,
  trailing: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const names = Object.keys(specs);
  if (trailing.length > 1) {
    const end =
      names.length > 0 ? `options go into one object: { ${names.join(", ")} }` : "it has no options";
    throw new ChainruleError(`${who}: too many arguments, the last being ${show(trailing.at(-1))}; ${end}`);
  }
  const options = asObject(specs, trailing[0]);
  checkOptions(who, options, names);
  const read: Record<string, unknown> = {};
  for (const name of names) read[name] = readOption(who, name, specs[name]!, options[name]);
  return read;
}

/** The options of a call; a value that is no object stands for the leading option. */
function asObject(specs: AttrSpecs, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  const leading = Object.keys(specs).find((name) => specs[name]!.lead);
  const alone = leading !== undefined && !isPlainObject(value);
  return (alone ? { [leading]: value } : value) as Readonly<Record<string, unknown>>;
}

function readOption(who: string, name: string, spec: AttrSpecs[string], value: unknown): unknown {
  if (value === undefined) {
    if (spec.fallback !== undefined) return spec.fallback.value;
    throw new ChainruleError(`${who}: ${name} is needed: ${spec.expects}`);
  }
  const read = spec.read(value as never);
  if (read === undefined) {
    throw new ChainruleError(`${who}: ${name} must be ${spec.expects}; received ${show(value)}`);
  }
  return read;
}

/** `x [2, 3], y [4]`: what an error says was received. */
export function describeInputs(names: readonly string[], operands: readonly Tensor[]): string {
  const shown = operands.slice(0, 8).map((x, slot) => `${operandName(names, slot)} ${formatShape(x.shape)}`);
  return `${shown.join(", ")}${operands.length > shown.length ? `, … ${operands.length} in all` : ""}`;
}
