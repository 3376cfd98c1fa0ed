import { css, unsafeCSS } from "lit";

/** How much of the strong color there is in each shade, in percent. */
const strengths = [15, 30, 45, 60, 100];

/** The colors of squares and of thumbnails: `z` for 0, `p1` to `p5` above it, `n1` to `n5` below. */
const shadeStyles = unsafeCSS(
  [
    ".fill-z { fill: var(--zero); }",
    ...strengths.flatMap((strength, i) =>
      (["above", "below"] as const).map((side) => {
        const name = `${side === "above" ? "p" : "n"}${i + 1}`;
        const color = `color-mix(in srgb, var(--${side}) ${strength}%, var(--zero))`;
        return `.${name} { background: ${color}; } .fill-${name} { fill: ${color}; }`;
      }),
    ),
    ".p4, .n4 { color: var(--on-strong); } .p5 { color: var(--on-above); } .n5 { color: var(--on-below); }",
  ].join("\n"),
);

/**
 * How the panel looks. The colors are custom properties, so that a page can set others; zero is gray, above it blue, below
 * it orange, and the text on each is readable (a contrast of 4.5 and more).
 */
export const panelStyles = css`
:host {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #0d1117);
  --ink: light-dark(#1f2328, #f0f6fc);
  --muted: light-dark(#59636e, #9198a1);
  --line: light-dark(#d1d9e0, #3d444d);
  --accent: light-dark(#8250df, #bc8cff);
  --zero: light-dark(#e4e8ec, #30363d);
  --above: light-dark(#0072b2, #58b4ea);
  --below: light-dark(#d95f02, #f09a3e);
  --on-strong: light-dark(#1f2328, #000000);
  --on-above: light-dark(#ffffff, #000000);
  --on-below: #000000;
  display: block;
  container-type: inline-size;
  background: var(--paper);
  color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
* { box-sizing: border-box; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
h3 { font-size: 1em; margin: 0 0 8px; overflow-wrap: anywhere; }
h4 { font-size: 0.95em; margin: 0; }
p { margin: 0.4em 0; }
.muted, .caption { color: var(--muted); font-size: 0.85em; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.formula { font-size: 1.15em; overflow-x: auto; overflow-y: hidden; padding: 2px 0; }

button, input[type="number"] {
  font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--muted); border-radius: 6px; padding: 3px 11px; min-height: 32px;
}
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
button[aria-selected="true"], button[aria-pressed="true"] {
  background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 600;
}
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; margin: 8px 0; }
.bar input[type="range"] { flex: 1 1 120px; max-width: 320px; accent-color: var(--accent); }

.choices { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 10px 0; }
.choices:not(:has(fieldset)) { display: none; }
.choices > fieldset { max-width: 100%; }
legend input[type="number"] { min-height: 26px; padding: 1px 6px; width: 5em; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { color: var(--muted); font-size: 0.85em; padding: 0; margin-bottom: 3px; }
.thumbs { display: flex; gap: 4px; overflow-x: auto; padding: 2px; }
.thumbs label { flex: none; position: relative; cursor: pointer; border: 2px solid var(--line); border-radius: 5px; padding: 1px; line-height: 0; }
.thumbs label:has(:checked) { border-color: var(--accent); }
.thumbs label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 1px; }
.thumbs input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
.thumbs svg { width: 40px; height: 40px; display: block; border-radius: 3px; background: repeating-linear-gradient(135deg, var(--paper) 0 5px, var(--zero) 5px 7px); }
.thumbs svg.whole { background: var(--zero); }
.thumbs .number { display: block; text-align: center; font-size: 11px; line-height: 14px; color: var(--muted); }
.thumbs label:has(:checked) .number { color: var(--ink); font-weight: 600; }

.pictures { display: flex; flex-wrap: wrap; align-items: center; gap: 14px; margin: 12px 0; }
.picture { display: flex; align-items: center; gap: 14px; max-width: 100%; }
.framed { display: flex; flex-direction: column; gap: 4px; min-width: 0; max-width: 100%; }
.sign { font-size: 1.7em; color: var(--muted); }
.picture .formula { font-size: 1em; }
.grid { display: inline-block; border-radius: 4px; width: max-content; max-width: 100%; padding: 2px; margin-left: -2px; }
.row { display: flex; }
.square {
  position: relative; flex: none; width: var(--size); height: var(--size);
  display: flex; align-items: center; justify-content: center;
  border: 1px solid var(--paper); background: var(--zero); color: var(--ink);
  font-size: 12px; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; line-height: 1; overflow: hidden; contain: strict;
}
.grid.large { --size: min(42px, calc((100cqw - 4px) / var(--columns))); }
.large .square { font-size: min(12px, calc(var(--size) * 0.29)); }
.large .square.long { font-size: min(10.5px, calc(var(--size) * 0.25)); }
.grid.medium { --size: min(24px, calc((100cqw - 4px) / var(--columns))); }
.grid.small { --size: min(14px, calc((100cqw - 4px) / var(--columns))); }
.small .square { border-width: 0.5px; font-size: 9px; }
.square[tabindex] { cursor: pointer; }
${shadeStyles}
.padding { background: var(--paper); color: var(--muted); border: 1px dashed var(--line); }
.inserted {
  color: var(--muted);
  background: repeating-linear-gradient(135deg, var(--paper) 0 4px, var(--zero) 4px 6px);
}
.missing { color: var(--muted); background: var(--paper); border: 1px dotted var(--muted); }
.beyond::after {
  content: ""; position: absolute; top: 0; right: 0; border: 3px solid; border-color: currentColor currentColor transparent transparent;
}
.lit { box-shadow: inset 0 0 0 2px var(--accent); }
.crowded .lit { box-shadow: inset 0 0 0 1px var(--accent); }
.small .lit { box-shadow: inset 0 0 0 1.5px var(--accent); }
.picked { box-shadow: inset 0 0 0 3px var(--accent), inset 0 0 0 4px var(--paper); font-weight: 700; }
.small .picked { box-shadow: inset 0 0 0 2px var(--accent), inset 0 0 0 3px var(--paper); }
.square:focus-visible { outline: 2px solid var(--ink); outline-offset: 0; z-index: 1; overflow: visible; }
.mark { position: absolute; left: 2px; top: 1px; font-size: 11px; }
.small .mark { left: 0; top: 0; font-size: 8px; }

.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 0.85em; color: var(--muted); list-style: none; margin: 8px 0; padding: 0; }
.legend li { display: inline-flex; align-items: center; gap: 6px; }
.legend .square { --size: 18px; font-size: 11px; }

.account { border-top: 1px solid var(--line); padding-top: 8px; margin-top: 10px; min-height: 8em; font-variant-numeric: tabular-nums; }
.account h4 { overflow-wrap: anywhere; }
.terms { list-style: none; margin: 6px 0; padding: 0; display: grid; grid-template-columns: repeat(3, max-content) 7em minmax(0, 1fr); }
.terms li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; column-gap: 18px; padding: 2px 8px; border-left: 3px solid transparent; }
.terms li.here { border-left-color: var(--accent); }
.terms .names { color: var(--muted); font-size: 0.9em; }
.terms .note { color: var(--muted); font-size: 0.9em; }
.terms .product { font-weight: 600; white-space: nowrap; }
.terms .outcome { grid-column: span 2; }
.terms .total { font-weight: 600; border-top: 1px solid var(--line); margin-top: 3px; padding-top: 5px; }
.terms .size { height: 9px; background: linear-gradient(var(--muted), var(--muted)) center / 1px 100% no-repeat; position: relative; }
.terms .size::after { content: ""; position: absolute; top: 1px; bottom: 1px; width: calc(50% * var(--share)); }
.terms .size.above::after { left: 50%; background: var(--above); }
.terms .size.below::after { right: 50%; background: var(--below); }
@container (max-width: 760px) {
  .terms { grid-template-columns: minmax(0, max-content) minmax(max-content, 1fr) 3.5em; }
  .terms li { column-gap: 10px; }
  .terms .names, .terms .note { grid-column: 1 / -1; }
}
@container (max-width: 560px) {
  .pictures { flex-direction: column; align-items: flex-start; gap: 8px; }
  .picture { flex-direction: column; align-items: flex-start; gap: 2px; }
  .sign { line-height: 1; padding-left: 8px; }
}
@media (prefers-reduced-motion: no-preference) {
  .square { transition: box-shadow 120ms; }
}
@media (forced-colors: active) {
  .lit { outline: 2px solid Highlight; outline-offset: -2px; }
  .picked { outline: 3px double Highlight; outline-offset: -3px; }
}
`;
