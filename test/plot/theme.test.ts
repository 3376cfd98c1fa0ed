import { describe, expect, test } from "vitest";
import { colourOf, dashOf, palettes, styleSheet } from "../../src/plot/theme.ts";

/** Linear light of `#rrggbb`. */
const linear = (hex: string): number[] =>
  [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));

const times = (matrix: readonly number[][], v: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, weight, i) => sum + weight * v[i]!, 0));

const luminance = (hex: string): number => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0]!;

/** The contrast of WCAG 2: 1 to 21. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

// Machado, Oliveira and Fernandes (2009), full severity, on linear light.
const vision: Readonly<Record<string, number[][]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE L*a*b* of linear light. */
function lab(rgb: readonly number[]): number[] {
  const toXyz = [
    [0.4124, 0.3576, 0.1805],
    [0.2126, 0.7152, 0.0722],
    [0.0193, 0.1192, 0.9505],
  ];
  const white = [0.9505, 1, 1.089];
  const [x, y, z] = times(
    toXyz,
    rgb.map((c) => Math.min(Math.max(c, 0), 1)),
  )
    .map((value, i) => value / white[i]!)
    .map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, i) => value - b[i]!));

describe.each(Object.entries(palettes))("the %s palette", (_, { paper, ink, muted, axis, series }) => {
  test("is readable as text, and its axes can be seen", () => {
    for (const colour of [ink, muted, ...series])
      expect(contrast(colour, paper), colour).toBeGreaterThan(4.5);
    expect(contrast(axis, paper)).toBeGreaterThan(3);
  });

  test.each(Object.entries(vision))("has six colours that %s tells apart", (_name, matrix) => {
    const seen = series.map((colour) => lab(times(matrix, linear(colour))));
    const pairs = seen.flatMap((a, i) => seen.slice(i + 1).map((b) => distance(a, b)));
    expect(Math.min(...pairs)).toBeGreaterThan(10);
  });
});

test("36 series all differ in colour or in dashes, and the first six in both", () => {
  const looks = Array.from({ length: 36 }, (_, i) => `${colourOf(i)} ${dashOf(i)}`);
  expect(new Set(looks).size).toBe(36);
  const first = [0, 1, 2, 3, 4, 5];
  expect(new Set(first.map(dashOf)).size).toBe(6);
  expect(new Set(first.map(colourOf)).size).toBe(6);
});

describe("the style sheet", () => {
  const dark = palettes.dark.series[0]!;
  const light = palettes.light.series[0]!;

  test("follows the system in auto, and only then", () => {
    expect(styleSheet("a", "auto")).toMatch(/@media \(prefers-color-scheme:dark\)\{#a\{[^}]*--paper:#0d1117/);
    expect(styleSheet("a", "light")).not.toContain("@media");
    expect(styleSheet("a", "dark")).not.toContain("@media");
  });

  test("holds the colours of its theme alone", () => {
    expect(styleSheet("a", "auto")).toContain(light);
    expect(styleSheet("a", "auto")).toContain(dark);
    expect(styleSheet("a", "light")).not.toContain(dark);
    expect(styleSheet("a", "dark")).not.toContain(light);
  });

  test("touches nothing outside its picture", () => {
    for (const line of styleSheet("a", "auto").split("\n")) expect(line).toMatch(/^(@media \([^)]*\)\{)?#a/);
  });
});
