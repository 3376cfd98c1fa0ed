import { html, nothing, svg, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { texToMathML } from "../../mathml.ts";
import { range } from "../windows/ledger.ts";
import type { Account, Choice, Line, Picture, Square, Thumbnail } from "./scene.ts";
import { totalOf } from "./spoken.ts";
import { classesOf, colorOf, kindsIn, labelOf, legendOf, sizeOf, unitOf, writtenIn } from "./square.ts";
import { numberText } from "./text.ts";

/** A formula; MathML has everything escaped that the formula says. */
export const math = (tex: string): TemplateResult =>
  html`<div class="formula">${unsafeHTML(texToMathML(tex))}</div>`;

const marks = { winner: "★", tied: "=" } as const;

/** The square of a picture that the tab key leads to: the picked one, else one that takes part, else any. */
function entryOf({ rows }: Picture): Square | undefined {
  const open = rows.flat().filter(({ place }) => place !== undefined);
  return open.find(({ picked }) => picked) ?? open.find(({ lit }) => lit) ?? open[0];
}

/** Whether so many cells take part that strong frames would hide them. */
function isCrowded({ rows }: Picture): boolean {
  const squares = rows.flat();
  return squares.filter(({ lit }) => lit).length > squares.length / 3 && squares.length > 25;
}

/** A picture as a grid for pointers and keys; rows and columns of squares are in `data-row` and `data-column`. */
export function pictureView(picture: Picture): TemplateResult {
  const { id, title, caption, tex, rows, size, limit, sign } = picture;
  const entry = entryOf(picture);
  const look = sizeOf(picture);
  const shown = [rows.length, rows[0]?.length ?? 0] as const;
  const isCut = shown[0] < size[0] || shown[1] < size[1];
  const unit = unitOf(picture);
  const about = [
    caption,
    ...(isCut ? [`${shown.join("×")} of ${size.join("×")}`] : []),
    ...(unit ? [unit] : []),
  ].join("; ");
  const squareView = (square: Square, row: number, column: number) => {
    const open = square.place !== undefined;
    const written = writtenIn(picture, square);
    const long = written.length > 4 ? " long" : "";
    return html`<div role="gridcell" class="${classesOf(square, limit)}${long}" data-row=${row} data-column=${column}
      aria-label=${labelOf(picture, square)} aria-selected=${open ? String(square.picked) : nothing}
      tabindex=${open ? (square === entry ? 0 : -1) : nothing}
      >${written ? html`<span aria-hidden="true">${written}</span>` : nothing}${
        square.mark ? html`<span class="mark" aria-hidden="true">${marks[square.mark]}</span>` : nothing
      }</div>`;
  };
  return html`<div class="picture">
    ${sign ? html`<div class="sign" aria-hidden="true">${sign}</div>` : nothing}
    <div class="framed"><h4>${title} <span class="caption">${about}</span></h4>
    ${tex ? math(tex) : nothing}
    <div role="grid" class="grid ${look}${isCrowded(picture) ? " crowded" : ""}" data-id=${id} aria-label="${title}, ${about}" style="--columns:${shown[1]}">
      ${rows.map((row, r) => html`<div role="row" class="row">${row.map((square, c) => squareView(square, r, c))}</div>`)}
    </div></div>
  </div>`;
}

/** What the looks of squares mean. */
export function legendView(pictures: readonly Picture[]): TemplateResult {
  const item = (look: string, sign: string, words: string) =>
    html`<li><span class="square ${look}" aria-hidden="true">${sign}</span>${words}</li>`;
  return html`<ul class="legend">
    ${item("p4", "+", "above 0")}${item("n4", "−", "below 0")}${item("z", "0", "zero")}
    ${kindsIn(pictures).map((kind) => item(kind, kind === "missing" ? "?" : "0", legendOf(kind)))}
    ${item("z picked", "", "picked")}${item("z lit", "", "takes part")}
  </ul>`;
}

/** How large a product is beside the largest: a bar to the left for a negative one, to the right for a positive one. */
const barView = (share: number): TemplateResult =>
  html`<span class="size ${share < 0 ? "below" : "above"}" style="--share:${Math.min(Math.abs(share), 1)}" aria-hidden="true"></span>`;

/** The sum behind the picked cell. */
export function accountView(account: Account): TemplateResult {
  const { heading, lines, more, remarks } = account;
  const total = totalOf(account);
  const largest = Math.max(...lines.map(({ product = 0 }) => Math.abs(product)));
  const lineView = ({ names, numbers, product, note, here }: Line) => html`<li class=${here ? "here" : ""}>
    <span class="names">${names}</span>
    <span>${numbers}</span>
    <span class="product">${product === undefined ? nothing : `= ${numberText(product)}`}</span>
    ${product === undefined || !(largest > 0) ? html`<span></span>` : barView(product / largest)}
    <span class="note">${note ?? nothing}</span></li>`;
  return html`<section class="account" aria-label="products of the picked cell">
    <h4>${heading}</h4>
    <ul class="terms">${lines.map(lineView)}
      ${more > 0 ? html`<li><span class="names">+ ${more} more, smaller ones</span></li>` : nothing}
      ${total === undefined ? nothing : html`<li class="total"><span class="names">sum</span><span class="outcome">${total.sum}</span><span></span><span class="note">${total.recorded}</span></li>`}
    </ul>
    ${remarks.map((remark) => html`<p>${remark}</p>`)}
  </section>`;
}

/** Squares of one color in one path. */
function thumbnailView({ rows, limit }: Thumbnail): TemplateResult {
  const paths = new Map<string, string>();
  rows.forEach((row, r) => {
    row.forEach((value, c) => {
      if (Number.isNaN(value)) return;
      const color = colorOf(value, limit);
      // Squares below 0 are smaller: the sign shows without color too.
      const square = value < 0 ? `M${c + 0.2} ${r + 0.2}h.6v.6h-.6z` : `M${c} ${r}h1v1h-1z`;
      paths.set(color, (paths.get(color) ?? "") + square);
    });
  });
  return html`<svg viewBox="0 0 ${rows[0]?.length ?? 1} ${rows.length || 1}" preserveAspectRatio="none" aria-hidden="true"
    class=${rows.every((row) => row.every((value) => !Number.isNaN(value))) ? "whole" : ""}>${[...paths].map(
      ([color, d]) => svg`<path class="fill-${color}" d=${d}></path>`,
    )}</svg>`;
}

/** At most so many options are shown as thumbnails. */
const mostThumbnails = 24;

/** Thumbnails to choose from. */
export function choiceView(
  choice: Choice,
  choose: (option: number) => void,
): TemplateResult | typeof nothing {
  const { key, label, count, chosen } = choice;
  if (count < 2) return nothing;
  const first = Math.max(0, Math.min(chosen - mostThumbnails / 2, count - mostThumbnails));
  const options = range(Math.min(count, mostThumbnails)).map((i) => first + i);
  const number = html`<label>${label} <input type="number" min="0" max=${count - 1} .value=${String(chosen)}
    @change=${(event: Event) => choose(Math.max(0, Math.min(Math.trunc(Number((event.target as HTMLInputElement).value)) || 0, count - 1)))}>
    of ${count}</label>`;
  return html`<fieldset><legend>${count > mostThumbnails ? number : label}</legend>
    <div class="thumbs">${options.map(
      (
        option,
      ) => html`<label><input type="radio" name=${key} .checked=${option === chosen} aria-label="${label} ${option}"
        @change=${() => choose(option)}>${thumbnailView(choice.thumbnail(option))}<span class="number" aria-hidden="true">${option}</span></label>`,
    )}</div>
  </fieldset>`;
}
