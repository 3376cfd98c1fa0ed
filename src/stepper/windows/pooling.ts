import { ensure, saying } from "../../errors.ts";
import { type PoolGeometry, poolGeometry } from "../../geometry.ts";
import type { AttrsOf } from "../../ops/attributes.ts";
import { readOptions } from "../../ops/call.ts";
import { averagePool2d, maxPool2d, maxPoolGather } from "../../ops/pool.ts";
import { noGrad } from "../../ops/recording.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { type Index, type Ledger, type LedgerOptions, ledgerOf, positionOf } from "./ledger.ts";
import { taps } from "./taps.ts";

/** An op that pools, on the images that it pooled. */
export interface Pooling {
  readonly kind: "max" | "average";
  readonly geometry: PoolGeometry;
  readonly x: Tensor;
  readonly y: Shape;
  /** For max pooling: the row-major position in x of the cell that won each window, window by window. */
  readonly winners: ArrayLike<number> | undefined;
}

const kinds: Readonly<Record<string, Pick<Pooling, "kind"> & Pick<typeof maxPool2d, "specs">>> = {
  maxPool2d: { kind: "max", specs: maxPool2d.specs },
  averagePool2d: { kind: "average", specs: averagePool2d.specs },
};

/**
 * The pooling that an op does, from its attributes and its images; `undefined` for an op that is none.
 *
 * @throws If the attributes or the images do not fit the op.
 */
export function poolingOf(opName: string, attrs: object, x: Tensor): Pooling | undefined {
  const known = Object.hasOwn(kinds, opName) ? kinds[opName] : undefined;
  if (known === undefined) return undefined;
  return saying(opName, () => {
    const read = readOptions(opName, known.specs, [attrs]) as AttrsOf<typeof maxPool2d.specs>;
    const { poolSize, padding } = read;
    const strides = read.strides ?? poolSize;
    const geometry = poolGeometry(x.shape, { kernel: poolSize, strides, padding, dilation: [1, 1] });
    const y = [geometry.batch, geometry.height.output, geometry.width.output, geometry.channels];
    const winners = known.kind === "max" ? winnersOf(x, read) : undefined;
    return { kind: known.kind, geometry, x, y, winners };
  });
}

/** The engine says who wins: it picks, for each window, from the positions of the cells. */
function winnersOf(x: Tensor, attrs: AttrsOf<typeof maxPool2d.specs>): ArrayLike<number> {
  const positions = new Float64Array(sizeOf(x.shape)).map((_, i) => i);
  return noGrad(() => maxPoolGather(new Tensor(x.shape, "float64", positions), x, attrs)).data;
}

/** A cell in a window, and the part of the window's upstream gradient that goes to it. */
export interface Share {
  readonly at: Index;
  readonly value: number;
  /** 1 for the winner of max pooling and 0 for the others; 1 / count for average pooling. */
  readonly share: number;
  /** Whether the cell is as large as the winner and lost only because it comes later. */
  readonly tied: boolean;
}

/** What a cell of x gets of a window that it lies in. */
function shareIn(p: Pooling, x: number, y: number, cellsInWindow: number): number {
  if (p.winners === undefined) return 1 / cellsInWindow;
  return p.winners[y] === x ? 1 : 0;
}

/**
 * The real cells of the window that made one cell of y, with their shares. Padding never wins and does not count, so it
 * is not among them; {@link taps} has the whole window.
 *
 * @throws If there is no such window.
 */
export function sharesOf(p: Pooling, cell: Index): Share[] {
  const y = positionOf("sharesOf", cell, p.y);
  const [sample, row, column, channel] = cell as readonly [number, number, number, number];
  const inside = taps(p.geometry, "y", [row, column]).filter(({ kind }) => kind === "cell");
  const winner = p.winners === undefined ? undefined : p.x.data[p.winners[y]!];
  return inside.map(({ x: place }) => {
    const at = [sample, ...place, channel];
    const position = positionOf("sharesOf", at, p.x.shape);
    const value = p.x.data[position]!;
    const share = shareIn(p, position, y, inside.length);
    return { at, value, share, tied: winner !== undefined && share === 0 && value === winner };
  });
}

/**
 * What one cell of x gets back from the windows that it lies in: upstream · share for each, also where the share is 0
 * because another cell won. The terms have the cell of dY as `at.y`.
 *
 * @throws If there is no such cell, or `dy` does not have the shape of the pooled images.
 */
export function poolContributors(p: Pooling, cell: Index, dy: Tensor, options: LedgerOptions = {}): Ledger {
  const x = positionOf("poolContributors", cell, p.x.shape);
  saying("poolContributors", () =>
    ensure(
      sameShape(dy.shape, p.y),
      () => `dy must have the shape ${formatShape(p.y)}; received ${formatShape(dy.shape)}`,
    ),
  );
  const [sample, row, column, channel] = cell as readonly [number, number, number, number];
  const windows = taps(p.geometry, "x", [row, column]).filter(({ kind }) => kind === "cell");
  const products = windows.map(({ y: place }) => {
    const at = [sample, ...place, channel];
    const y = positionOf("poolContributors", at, p.y);
    const inside = taps(p.geometry, "y", place).filter(({ kind }) => kind === "cell").length;
    return {
      factors: [dy.data[y]!, shareIn(p, x, y, inside)] as const,
      at: () => ({ x: cell, y: at }),
    };
  });
  return ledgerOf(products, options);
}
