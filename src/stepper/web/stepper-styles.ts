import { css } from "lit";

/** How the stepper looks. The colors (`--paper`, `--ink`, …) come from the style of the pictures. */
export const stepperStyles = css`
:host { display: block; container-type: inline-size; }
:host([hidden]) { display: none; }
#stepper {
  --pane: min(70vh, 760px);
  background: var(--paper); color: var(--ink); border: 1px solid var(--grid); border-radius: 10px;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color-scheme: light dark; overflow: clip;
}
#stepper.theme-light { color-scheme: light; }
#stepper.theme-dark { color-scheme: dark; }
#stepper:focus { outline: none; }
#stepper:focus-visible, :focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
h2 { font-size: 0.8em; font-weight: 600; color: var(--muted); margin: 0; letter-spacing: 0.01em; }
h3 { font-size: 0.85em; font-weight: 600; margin: 0 0 6px; }
p { margin: 0.4em 0; }
section { margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--grid); }
.note { padding: 10px 16px; margin: 0; }
.problem { overflow-wrap: anywhere; }

.toolbar { display: flex; flex-wrap: wrap; gap: 6px 14px; padding: 8px 12px; border-bottom: 1px solid var(--grid); background: var(--card); }
.group { display: inline-flex; gap: 4px; }
.group:last-child { margin-left: auto; }
button, select {
  font: inherit; font-size: 0.87em; color: var(--ink); background: var(--paper);
  border: 1px solid var(--axis); border-radius: 6px; padding: 3px 9px; min-height: 30px; cursor: pointer;
}
select { max-width: 9.5em; }
button:hover, select:hover { border-color: var(--accent); }
button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.help { padding: 10px 16px; margin: 0; border-bottom: 1px solid var(--grid); }
.help dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 3px 18px; margin: 0; }
.help dl div { display: flex; gap: 10px; }
.help dt { flex: 0 0 5.2em; }
.help dd { margin: 0; color: var(--muted); }
kbd { font: inherit; font-size: 0.85em; border: 1px solid var(--axis); border-radius: 4px; padding: 0 5px; }

.panes { display: grid; grid-template-columns: minmax(0, 1fr); }
.pane { min-width: 0; }
.middle { position: relative; }
.graph { padding: 14px 12px; overflow: auto; box-sizing: border-box; max-height: var(--pane); }
.picture { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.graph [data-node], .graph [data-layer] { cursor: pointer; }
.explain { padding: 14px 16px; }
.details { padding: 0 16px 18px; }
.details section:first-child { margin-top: 0; }
.program { border-top: 1px solid var(--grid); overflow: auto; }

.outline { display: block; padding: 10px 12px; background: var(--paper); }
.middle:not(.outlined) .outline:not(:focus-within) {
  position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.middle.outlined .graph, .middle:has(.outline:focus-within) .graph { display: none; }

.words { font-weight: 600; font-size: 1.05em; overflow-wrap: anywhere; }
.formula { font-size: 1.25em; overflow-x: auto; overflow-y: hidden; padding: 2px 0; margin: 0.25em 0; }
.formula math + math { margin-left: 0.4em; }
.numbers { font-variant-numeric: tabular-nums; }
math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", math; }
.ledger { color: var(--muted); font-size: 0.9em; margin: 0.2em 0; overflow-wrap: anywhere; }
.hatched {
  background: repeating-linear-gradient(135deg, transparent 0 4px, var(--grid) 4px 6px);
  border: 1px dashed var(--axis); border-radius: 4px; padding: 0 8px; color: var(--ink);
}
.numbers.hatched, .big { text-align: center; font-size: 1.3em; padding: 4px; }
.count { color: var(--muted); letter-spacing: 2px; margin-left: 4px; }
.shape { color: var(--muted); font-weight: 400; }
.contributions { list-style: none; margin: 0; padding: 0; font-size: 0.9em; font-variant-numeric: tabular-nums; }
.contributions li { display: flex; justify-content: space-between; gap: 10px; padding: 3px 8px; border-radius: 4px; cursor: pointer; }
.contributions li.current { background: var(--card); box-shadow: inset 3px 0 var(--accent); }
.contributions .total { border-top: 1px solid var(--axis); border-radius: 0; cursor: default; font-weight: 600; }
.contributions b { font-weight: 600; }
.contributions span:first-child { min-width: 0; overflow-wrap: anywhere; }

.question { border: 2px solid var(--accent); border-radius: 10px; padding: 12px 14px; }
.question fieldset { border: 0; margin: 0 0 10px; padding: 0; display: flex; flex-wrap: wrap; gap: 6px; }
.question legend { font-weight: 600; padding: 0; margin-bottom: 8px; overflow-wrap: anywhere; }
.choice { display: inline-flex; align-items: center; gap: 6px; border: 1px solid var(--axis); border-radius: 6px; padding: 4px 10px; cursor: pointer; }
.choice:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.choice input { accent-color: var(--accent); margin: 0; }
.reveal { width: 100%; padding: 10px; font-size: 1.1em; font-weight: 600; background: var(--accent); border-color: var(--accent); color: var(--paper); }
.verdict { border-radius: 6px; padding: 6px 10px; background: var(--card); border-left: 4px solid var(--axis); font-weight: 600; }
.verdict.right { border-left-color: var(--s2); }
.verdict.wrong { border-left-color: var(--bad); }

.code { margin: 0; padding: 12px 0; list-style: none; font-size: 0.85em; width: max-content; min-width: 100%; }
.code li { counter-increment: line; padding: 1px 14px 1px 0; white-space: pre; }
.code li::before { content: counter(line); display: inline-block; width: 2.2em; margin-right: 0.8em; text-align: right; color: var(--muted); }
.code code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.code .lit { background: var(--card); box-shadow: inset 4px 0 var(--accent); }

.windows { border-top: 1px solid var(--grid); padding: 10px 16px; }
.windows summary { cursor: pointer; font-size: 0.9em; font-weight: 600; }
window-panel { margin-top: 12px; }

.timeline { padding: 14px 16px 8px; border-top: 1px solid var(--grid); background: var(--paper); }
.slider { position: relative; height: 44px; cursor: pointer; touch-action: pan-y; border-radius: 4px; }
.slider svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.slider .done { fill: var(--card); }
.forward { fill: var(--s0); }
.backward { fill: var(--s2); }
.turn { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 3 2; vector-effect: non-scaling-stroke; }
.now { position: absolute; top: -5px; bottom: -5px; min-width: 3px; border: 2px solid var(--accent); border-radius: 3px; box-sizing: border-box; }
.mark { position: absolute; transform: translateX(-50%); font-size: 12px; font-weight: 700; line-height: 1; top: -12px; }
.mark.bad { color: var(--bad); }
.mark.dead { color: var(--muted); }
.mark.stop { top: auto; bottom: -11px; color: var(--accent); }
.ends { display: flex; justify-content: space-between; font-size: 0.78em; color: var(--muted); margin-top: 9px; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@container (max-width: 759px) {
  .group:last-child { margin-left: 0; }
  .toolbar { gap: 6px; padding: 8px 6px; }
  .group { gap: 3px; }
  button, select { min-height: 36px; padding: 3px 5px; font-size: 0.82em; }
  select { max-width: 5.4em; }
  .inspector { display: contents; }
  .explain { order: 1; }
  .middle { order: 2; border-top: 1px solid var(--grid); }
  .details { order: 3; }
  .program { order: 4; }
  .graph { max-height: 60vh; }
  .timeline { position: sticky; bottom: 0; z-index: 1; border-bottom: 1px solid var(--grid); }
}
@container (min-width: 760px) {
  .panes { grid-template-columns: minmax(0, 1fr) minmax(330px, 400px); }
  .pane { box-sizing: border-box; max-height: var(--pane); min-height: 320px; overflow: auto; }
  .middle { overflow: hidden; }
  .middle.outlined, .middle:has(.outline:focus-within) { overflow: auto; }
  .inspector { border-left: 1px solid var(--grid); }
  .with-code .program { grid-column: 1 / -1; min-height: 0; max-height: 11em; border-top: 0; border-bottom: 1px solid var(--grid); }
}
@container (min-width: 1120px) {
  .with-code { grid-template-columns: fit-content(300px) minmax(0, 1fr) minmax(330px, 400px); }
  .with-code .program { grid-column: auto; max-height: var(--pane); border: 0; border-right: 1px solid var(--grid); }
}
@media (prefers-reduced-motion: no-preference) {
  .now { transition: left 0.12s ease-out; }
}
`;
