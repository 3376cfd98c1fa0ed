import { ChainruleError, ensure, saying } from "../../errors.ts";
import { type ConvGeometry, convGeometry, outputShape } from "../../geometry.ts";
import type { AttrsOf } from "../../ops/attributes.ts";
import { readOptions } from "../../ops/call.ts";
import { conv2d, conv2dFilter, conv2dInput } from "../../ops/conv.ts";
import { formatShape, type Shape, sameShape, stridesOf } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type Index,
  type Ledger,
  type LedgerOptions,
  ledgerOf,
  type Product,
  positionOf,
  range,
} from "./ledger.ts";
import { type Place, type Role, taps } from "./taps.ts";

// A convolution and its two adjoints are one sum over products x · filter · y, seen from the cell of one of the three:
// y = Σ x · filter, dx = Σ dy · filter, dfilter = Σ x · dy. So there is one list of who meets whom, for all of them.

/** An op that convolves, and what its inputs and its result stand for. */
export interface Convolution {
  readonly geometry: ConvGeometry;
  readonly inputs: readonly [Role, Role];
  readonly result: Role;
}

const kinds: Readonly<Record<string, Pick<Convolution, "inputs" | "result"> & Pick<typeof conv2d, "specs">>> =
  {
    conv2d: { specs: conv2d.specs, inputs: ["x", "filter"], result: "y" },
    conv2dInput: { specs: conv2dInput.specs, inputs: ["y", "filter"], result: "x" },
    conv2dFilter: { specs: conv2dFilter.specs, inputs: ["x", "y"], result: "filter" },
  };

/**
 * The convolution that an op does, from its attributes and the shapes of its inputs and of its result; `undefined` for an
 * op that is none.
 *
 * @throws If the attributes or the shapes do not fit the op.
 */
export function convolutionOf(
  opName: string,
  attrs: object,
  inputs: readonly Shape[],
  result: Shape,
): Convolution | undefined {
  const kind = Object.hasOwn(kinds, opName) ? kinds[opName] : undefined;
  if (kind === undefined) return undefined;
  return saying(opName, () => {
    ensure(inputs.length === 2, () => `expected two inputs; received ${inputs.length}`);
    const shapes = { [kind.result]: result } as Record<Role, Shape>;
    kind.inputs.forEach((role, slot) => {
      shapes[role] = inputs[slot]!;
    });
    const read = readOptions(opName, kind.specs, [attrs]) as AttrsOf<typeof conv2d.specs>;
    const geometry = convGeometry(
      shapes.x,
      shapes.filter,
      { ...read, dilation: read.dilationRate },
      read.groups,
    );
    const y = outputShape(geometry);
    ensure(
      sameShape(shapes.y, y),
      () =>
        `images ${formatShape(shapes.x)} and filter ${formatShape(shapes.filter)} give ${formatShape(y)}; received ${formatShape(shapes.y)}`,
    );
    return { geometry, inputs: kind.inputs, result: kind.result };
  });
}

/** The shape of the tensor in a role. */
export function shapeOf(g: ConvGeometry, role: Role): Shape {
  if (role === "x") return [g.batch, g.height.input, g.width.input, g.inputs];
  if (role === "y") return outputShape(g);
  return [g.height.kernel, g.width.kernel, g.inputs / g.groups, g.outputs];
}

/**
 * One of the plain two-dimensional convolutions that a convolution is made of: of one input channel of one sample, to
 * one output channel. Both channels lie in the same group.
 */
export interface Lane {
  readonly sample: number;
  readonly input: number;
  readonly output: number;
}

/** The cell of the tensor in a role that lies at a place of a lane. */
export function cellOf(g: ConvGeometry, role: Role, lane: Lane, [row, column]: Place): Index {
  if (role === "x") return [lane.sample, row, column, lane.input];
  if (role === "y") return [lane.sample, row, column, lane.output];
  return [row, column, lane.input % (g.inputs / g.groups), lane.output];
}

/** The place of a cell in its lanes. */
const placeOf = (role: Role, cell: Index): Place =>
  role === "filter" ? [cell[0]!, cell[1]!] : [cell[1]!, cell[2]!];

/** The lanes that a cell takes part in: one per input channel, output channel or sample. */
export function lanesOf(g: ConvGeometry, of: Role, cell: Index): Lane[] {
  const [perGroup, outPerGroup] = [g.inputs / g.groups, g.outputs / g.groups];
  const [a, , b, c] = cell as readonly [number, number, number, number];
  if (of === "y") {
    const first = Math.floor(c / outPerGroup) * perGroup;
    return range(perGroup).map((i) => ({ sample: a, input: first + i, output: c }));
  }
  if (of === "x") {
    const first = Math.floor(c / perGroup) * outPerGroup;
    return range(outPerGroup).map((i) => ({ sample: a, input: c, output: first + i }));
  }
  const input = Math.floor(c / outPerGroup) * perGroup + b;
  return range(g.batch).map((sample) => ({ sample, input, output: c }));
}

const sameLane = (a: Lane, b: Lane): boolean =>
  a.sample === b.sample && a.input === b.input && a.output === b.output;

/** Refuses a lane that the convolution does not have. */
export function ensureLane(g: ConvGeometry, { sample, input, output }: Lane): void {
  const groupOf = (channel: number, channels: number) => Math.floor(channel / (channels / g.groups));
  positionOf("lane (sample, input, output)", [sample, input, output], [g.batch, g.inputs, g.outputs]);
  if (groupOf(input, g.inputs) === groupOf(output, g.outputs)) return;
  throw new ChainruleError(
    `lane: input channel ${input} and output channel ${output} are in different groups (of ${g.groups}), so nothing flows ` +
      "from one to the other. Choose two of the same group.",
  );
}

/** The tensors whose cells are multiplied: two of the three, a gradient in the role of what it belongs to. */
export type Factors = Readonly<Partial<Record<Role, Tensor>>>;

export interface ContributorOptions extends LedgerOptions {
  /** Only the terms of this lane: those of one picture. */
  readonly lane?: Lane;
}

/** In the order in which formulas write them: x · filter, dy · filter, x · dy. */
const order = ["x", "y", "filter"] as const;

/** Which of the two tensors is the first factor, and which the second. */
function factorRoles(factors: Factors): [Role, Role] {
  const given = order.filter((role) => factors[role] !== undefined);
  const [a, b] = given;
  if (a !== undefined && b !== undefined && given.length === 2) return [a, b];
  throw new ChainruleError(
    `contributors: expected two of the tensors x, filter, y; received ${given.join(", ") || "none"}`,
  );
}

/**
 * Reads the tensor in a role, by lane and place.
 *
 * @throws If the tensor does not have the shape of its role.
 */
export function reader(
  g: ConvGeometry,
  role: Role,
  { shape, data }: Tensor,
): (lane: Lane, place: Place) => number {
  const expected = shapeOf(g, role);
  if (!sameShape(shape, expected)) {
    throw new ChainruleError(
      `convolution: ${role} must have the shape ${formatShape(expected)}; received ${formatShape(shape)}`,
    );
  }
  const strides = stridesOf(expected);
  return (lane, place) =>
    data[cellOf(g, role, lane, place).reduce((at, i, axis) => at + i * strides[axis]!, 0)]!;
}

/**
 * The products that one cell takes part in, sample by sample or channel by channel. With the two other tensors as
 * factors they are what the cell is the sum of:
 *
 * - `contributors(g, "y", cell, { x, filter })`: a cell of the result;
 * - `contributors(g, "x", cell, { y: dy, filter })`: a cell of dX, gathered;
 * - `contributors(g, "filter", cell, { x, y: dy })`: a cell of dW.
 *
 * With the cell's own tensor among them they are what it gives: `contributors(g, "y", cell, { y: dy, filter })` is the
 * stamp of a cell of dY, each term with the cell `at.x` of dX that it is added to (scattered).
 *
 * @throws If there is no such cell, or the factors are not two tensors of the right shapes.
 */
export function contributors(
  g: ConvGeometry,
  of: Role,
  cell: Index,
  factors: Factors,
  { lane: only, ...options }: ContributorOptions = {},
): Ledger {
  positionOf("contributors", cell, shapeOf(g, of));
  const [a, b] = factorRoles(factors);
  const lanes = lanesOf(g, of, cell).filter((lane) => only === undefined || sameLane(lane, only));
  const met = taps(g, of, placeOf(of, cell)).filter(({ kind }) => kind === "cell");
  const [valueOfA, valueOfB] = [reader(g, a, factors[a]!), reader(g, b, factors[b]!)];
  function* products(): Generator<Product> {
    for (const lane of lanes) {
      for (const tap of met) {
        yield {
          factors: [valueOfA(lane, tap[a]), valueOfB(lane, tap[b])],
          at: () => ({
            x: cellOf(g, "x", lane, tap.x),
            filter: cellOf(g, "filter", lane, tap.filter),
            y: cellOf(g, "y", lane, tap.y),
          }),
        };
      }
    }
  }
  return ledgerOf(products(), options);
}
