/** The least multiple of `step` that is not below `value`. */
export const ceilTo = (value: number, step: number): number => Math.ceil(value / step) * step;
