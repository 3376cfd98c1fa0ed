import { normalFrom } from "./random.ts";

export interface Moons {
  /** Points, two coordinates each. */
  readonly x: Float32Array;
  /** The class of each point: −1 for the upper moon, 1 for the lower. */
  readonly y: Float32Array;
}

/** Two interleaved half circles with normal noise, as scikit-learn's `make_moons`. */
export function makeMoons(count: number, noise: number, seed: number): Moons {
  const normal = normalFrom(seed);
  const x = new Float32Array(2 * count);
  const y = new Float32Array(count);
  const half = count / 2;
  for (let i = 0; i < count; i++) {
    const lower = i >= half;
    const angle = (Math.PI * (i % half)) / (half - 1);
    x[2 * i] = (lower ? 1 - Math.cos(angle) : Math.cos(angle)) + noise * normal();
    x[2 * i + 1] = (lower ? 0.5 - Math.sin(angle) : Math.sin(angle)) + noise * normal();
    y[i] = lower ? 1 : -1;
  }
  return { x, y };
}
