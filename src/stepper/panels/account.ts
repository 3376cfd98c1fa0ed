import type { ConvGeometry } from "../../geometry.ts";
import { contributors, type Lane } from "../windows/convolution.ts";
import type { Index, Ledger, Term } from "../windows/ledger.ts";
import { stampedPlane } from "../windows/planes.ts";
import type { Role } from "../windows/taps.ts";
import type { Sum } from "./convolution-subject.ts";
import type { Account, Line } from "./scene.ts";
import { agrees, cellText, counted, factorText, numberText } from "./text.ts";
import type { Values } from "./values.ts";

/** So many products are listed. */
export const listed = 12;

/** In a file with samples only, so many products are looked through. */
const mostSearched = 2 ** 16;

/** In the order in which formulas write them, as in {@link contributors}. */
const order: readonly Role[] = ["x", "y", "filter"];

/** The products behind one cell; those whose cells are not at hand are counted apart. */
export interface Products {
  readonly terms: readonly Term[];
  readonly count: number;
  readonly missing: number;
  /** None if a product is missing. */
  readonly sum: number | undefined;
}

const sizeOf = ({ product }: Term): number => Math.abs(product);

/** Splits a ledger by what is in the file. */
export function productsOf(
  ledger: (limit: number, order: "cell" | "size") => Ledger,
  factors: Readonly<Record<string, Values>>,
): Products {
  if (Object.values(factors).every(({ whole }) => whole)) {
    return { ...ledger(listed, "size"), missing: 0 };
  }
  const { terms, count, sum } = ledger(mostSearched, "cell");
  const there = terms.filter(({ at }) =>
    Object.entries(factors).every(([role, values]) => values.has(at[role]!)),
  );
  const missing = count - there.length;
  const largest = [...there].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, listed);
  return { terms: largest, count, missing, sum: missing === 0 ? sum : undefined };
}

const inLane = ({ at }: Term, { sample, input, output }: Lane): boolean =>
  at.x![0] === sample && at.x![3] === input && at.y![3] === output;

/** The number that a tensor has at a cell. */
export function numberAt({ tensor, has }: Values, cell: Index): number | undefined {
  if (!has(cell)) return undefined;
  return tensor.data[cell.reduce((at, i, axis) => at * tensor.shape[axis]! + i, 0)];
}

/** What one cell of a convolution's three tensors is made of, or what it makes. */
export function accountOf(g: ConvGeometry, sum: Sum, of: Role, cell: Index, lane: Lane): Account {
  const { parts, target } = sum;
  const [a, b] = order.filter((role) => role !== target) as [Role, Role];
  const values = { [a]: parts[a].values, [b]: parts[b].values };
  const factors = { [a]: parts[a].values.tensor, [b]: parts[b].values.tensor };
  const ledgerOf = (only?: Lane) => (limit: number, order: "cell" | "size") =>
    contributors(g, of, cell, factors, { limit, order, ...(only && { lane: only }) });
  const { terms, count, missing, sum: total } = productsOf(ledgerOf(), values);
  const lineOf = (term: Term): Line => ({
    names: `${cellText(parts[a].name, term.at[a]!)} · ${cellText(parts[b].name, term.at[b]!)}`,
    numbers: term.factors.map(factorText).join(" · "),
    product: term.product,
    note: of === target ? undefined : `to ${cellText(parts[target].name, term.at[target]!)}`,
    here: inLane(term, lane),
  });
  const account = { lines: terms.map(lineOf), more: count - missing - terms.length, missing };
  const name = cellText(parts[of].name, cell);
  if (of !== target) {
    const own = numberAt(parts[of].values, cell);
    const is = own === undefined ? "is not in this file" : `is ${numberText(own)}`;
    const heading = `${name} ${is}; it goes into ${counted(count, "product")} of ${parts[target].name}`;
    return { ...account, heading, sum: undefined, recorded: undefined, remarks: [] };
  }
  const ofLane = productsOf(ledgerOf(lane), values);
  const elsewhere = count - ofLane.count;
  const share = elsewhere === 0 ? "" : `, ${ofLane.count} of them in this picture`;
  const recorded = numberAt(parts[of].values, cell);
  const remarks: string[] = [];
  if (elsewhere > 0 && ofLane.sum !== undefined) {
    remarks.push(
      `This picture gives ${numberText(ofLane.sum)} of it; the rest comes from other ${othersOf(target)}.`,
    );
  }
  if (target === "x") remarks.push(...sameSum(g, parts, cell, lane, ofLane));
  return {
    ...account,
    heading: `${name} is the sum of ${counted(count, "product")}${share}`,
    sum: total,
    recorded: sum.recorded ? recorded : undefined,
    remarks,
  };
}

const othersOf = (target: Role): string =>
  ({ y: "in channels", x: "out channels", filter: "samples" })[target];

/** The two ways to dX, side by side. */
function sameSum(
  g: ConvGeometry,
  parts: Sum["parts"],
  cell: Index,
  lane: Lane,
  { sum: gathered }: Products,
): string[] {
  const [y, filter] = [parts.y.values, parts.filter.values];
  if (gathered === undefined || !y.whole || !filter.whole) return [];
  const { first, rows } = stampedPlane(g, { y: y.tensor, filter: filter.tensor }, lane);
  const stamped = rows[cell[1]! - first[0]]![cell[2]! - first[1]]!.value;
  const verdict = agrees(gathered, stamped, 0) ? "the same sum, in another order" : "which differ";
  const count = g.height.output * g.width.output;
  return [
    `Gather adds up ${numberText(gathered)} here; ${counted(count, "stamp")} leave ${numberText(stamped)}: ${verdict}.`,
  ];
}
