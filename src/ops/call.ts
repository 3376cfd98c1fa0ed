import { type DType, floatx, isFloat, promote } from "../dtype.ts";
import { ChainruleError, nearest, show } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { type Raw, readRaw, type TensorLike, toCells } from "../tensor/convert.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AttrSpecs } from "./attributes.ts";

/** What an input must hold. `number` joins the common dtype, `any` is taken as it is. */
export type Kind = "number" | "int32" | "bool" | "any";

/** What a rule says of its inputs. */
interface Wants {
  readonly kinds?: Readonly<Record<string, Kind | undefined>>;
  readonly numbers?: "float" | "any";
}

/** The operands of a call as tensors of the right kinds. */
export function readOperands(
  who: string,
  names: readonly string[],
  { kinds = {}, numbers = "float" }: Wants,
  cast: (x: Tensor, dtype: DType) => Tensor,
  args: readonly unknown[],
): Tensor[] {
  const values = operandValues(who, names, args);
  const kindOf = (slot: number): Kind =>
    kinds[names[Math.min(slot, names.length - 1)]!.replace("...", "")] ?? "number";
  const raws = values.map((value) => (value instanceof Tensor ? value : readRaw(who, value)));
  const common = commonDType(
    raws.filter((_, slot) => kindOf(slot) === "number"),
    numbers,
  );
  return raws.map((raw, slot) => {
    const kind = kindOf(slot);
    const wanted = kind === "number" ? common : kind === "any" ? raw.dtype : kind;
    if (!(raw instanceof Tensor)) {
      return new Tensor(raw.shape, wanted, toCells(`${who}, ${names[slot] ?? "input"}`, raw.cells, wanted));
    }
    if (raw.dtype === wanted) return raw;
    if (kind !== "number" && !(kind === "bool" && raw.dtype === "int32")) {
      throw new ChainruleError(
        `${who}: ${names[slot]} must be ${kind}; received a ${raw.dtype} tensor ${formatShape(raw.shape)}. ` +
          `Convert it with cast(x, "${kind}") if that is what you mean.`,
      );
    }
    return cast(raw, wanted);
  });
}

/** The positional tensors, the list of a `"...xs"` input spread out. */
function operandValues(who: string, names: readonly string[], args: readonly unknown[]): TensorLike[] {
  const last = names.length - 1;
  const given = args.indexOf(undefined);
  if (args.length < names.length || (given !== -1 && given <= last)) {
    const count = given === -1 ? args.length : given;
    throw new ChainruleError(
      `${who}: expected ${names.length} input${names.length === 1 ? "" : "s"} (${names.join(", ")}); received ${count}`,
    );
  }
  if (!names[last]!.startsWith("...")) return args.slice(0, names.length) as TensorLike[];
  const list = args[last];
  if (!Array.isArray(list) || list.length === 0) {
    throw new ChainruleError(
      `${who}: expected an array of at least one tensor for ${names[last]}; received ${show(list)}`,
    );
  }
  return [...args.slice(0, last), ...list] as TensorLike[];
}

/** The dtype that all numbers of a call come to. Plain numbers give way to tensors. */
function commonDType(raws: readonly (Tensor | Raw)[], numbers: "float" | "any"): DType {
  const isWeak = (raw: Tensor | Raw) => "weak" in raw && raw.weak;
  const strong = raws.filter((raw) => !isWeak(raw)).map((raw) => raw.dtype);
  const common =
    strong.length > 0 ? strong.reduce(promote) : raws.map((raw) => raw.dtype).reduce(promote, "bool");
  const needsFloat =
    numbers === "float" ||
    raws.some((raw) => "weak" in raw && raw.weak && Array.from(raw.cells).some((x) => !Number.isInteger(x)));
  if (needsFloat && !isFloat(common)) return floatx();
  return common === "bool" ? "int32" : common;
}

/** The attributes of a call, complete and checked. */
export function readOptions(
  who: string,
  specs: AttrSpecs,
  trailing: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const names = Object.keys(specs);
  if (trailing.length > 1) {
    throw new ChainruleError(
      `${who}: too many arguments; options go into one object${names.length ? `: { ${names.join(", ")} }` : ""}`,
    );
  }
  const options = asObject(who, specs, trailing[0]);
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      const known = names.length ? `known: ${nearest(name, names).join(", ")}` : "it has none";
      throw new ChainruleError(`${who}: unknown option ${show(name)}; ${known}`);
    }
  }
  return Object.fromEntries(names.map((name) => [name, readOption(who, name, specs[name]!, options[name])]));
}

function asObject(who: string, specs: AttrSpecs, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  const plain =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Tensor) &&
    !ArrayBuffer.isView(value);
  if (plain) return value as Record<string, unknown>;
  const leading = Object.keys(specs).find((name) => specs[name]!.lead);
  if (leading === undefined) {
    throw new ChainruleError(`${who}: expected an options object; received ${show(value)}`);
  }
  return { [leading]: value };
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
  const last = names.length - 1;
  return operands
    .map((x, slot) => {
      const name = names[Math.min(slot, last)]!.replace("...", "");
      return `${slot > last || names[last]!.startsWith("...") ? `${name}[${slot - last}]` : name} ${formatShape(x.shape)}`;
    })
    .join(", ");
}
