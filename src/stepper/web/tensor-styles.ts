import { css } from "lit";

/** How {@link TensorView} looks; the colors come from the style of the pictures. */
export const tensorStyles = css`
:host { display: block; }
p { margin: 0.3em 0; }
.number { font-size: 1.6em; font-variant-numeric: tabular-nums; color: var(--ink); }
.map { display: inline-block; max-width: 100%; padding: 3px; cursor: crosshair; border-radius: 3px; }
.map:focus-visible, select:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
svg { display: block; max-width: 100%; height: auto; }
.picked { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
.readout, .legend, .choose { font-size: 0.85em; color: var(--muted); font-variant-numeric: tabular-nums; }
.choose label { margin-right: 1em; white-space: nowrap; }
select { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--axis); border-radius: 4px; }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; vertical-align: -0.05em; margin-right: 0.35em; }
.above { background: var(--p5); }
.below { background: var(--n5); margin-left: 0; }
.legend .above { margin-left: 0.6em; }
.histogram { width: 100%; max-width: 300px; margin: 0.4em 0; overflow: visible; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(92px, 1fr)); gap: 4px 10px; margin: 0.4em 0 0; font-size: 0.85em; }
dt { color: var(--muted); font-size: 0.9em; }
dd { margin: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
`;
