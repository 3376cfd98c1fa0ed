import { formatShape } from "../../shape.ts";
import type { LessonText } from "./lesson.ts";
import { cell, digits, type Scene } from "./scene.ts";

interface Window {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
}

function windowOf(scene: Scene): Window {
  const [height, width] = scene.valueOf("kernel").shape as readonly [number, number];
  const [stride] = scene.node("conv2d").attributes.strides as readonly [number];
  return { height, width, stride };
}

/** The cells of the result whose windows lie over a pixel. */
function windowsOver(scene: Scene, row: number, column: number): [row: number, column: number][] {
  const { height, width, stride } = windowOf(scene);
  const [, rows, columns] = scene.valueOf("conv2d").shape as readonly [number, number, number];
  const found: [number, number][] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [down, right] = [row - i * stride, column - j * stride];
      if (down >= 0 && down < height && right >= 0 && right < width) found.push([i, j]);
    }
  }
  return found;
}

/**
 * What a pixel gets: each window that lies over it brings its gradient times a weight. `weight` says which, by where the pixel lies
 * in the window.
 */
const received = (
  scene: Scene,
  row: number,
  column: number,
  weight: (down: number, right: number) => number,
): number =>
  windowsOver(scene, row, column)
    .map(([i, j]) => {
      const { stride } = windowOf(scene);
      return cell(scene.gradientOf("conv2d"), 0, i, j, 0) * weight(row - i * stride, column - j * stride);
    })
    .reduce((a, b) => a + b, 0);

/** Whether the gradient of the picture comes from these weights, pixel by pixel. */
function comesFrom(scene: Scene, weight: (down: number, right: number) => number): boolean {
  const [, rows, columns] = scene.value.shape as readonly [number, number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const off = received(scene, row, column, weight) - cell(scene.value, 0, row, column, 0);
      if (Math.abs(off) > 1e-5) return false;
    }
  }
  return true;
}

const weightAt = (scene: Scene, row: number, column: number): number =>
  cell(scene.valueOf("kernel"), row, column, 0, 0);

/** Whether a column of the kernel's gradient is 0. */
const isEmpty = (scene: Scene, column: number): boolean =>
  [0, 1, 2].every((row) => cell(scene.value, row, column, 0, 0) === 0);

const over = (scene: Scene): number => windowsOver(scene, 2, 2).length;

const counts = [1, 2, 4, 9].map((count) => ({
  text: String(count),
  right: (scene: Scene) => over(scene) === count,
}));

export const convolution: LessonText = {
  name: "convolution",
  title: "A convolution",
  summary:
    "A kernel that looks for edges slides over a small picture. The way back slides too: once for the picture, once for the kernel.",
  source: `import { conv2d, variable } from "chainrule";

// Dark on the left, bright on the right, and a spot.
const picture = [
  [0, 0, 0, 1, 1],
  [0, 0, 0, 1, 1],
  [0, 2, 0, 1, 1],
  [0, 0, 0, 1, 1],
  [0, 0, 0, 1, 1],
];
// Finds edges from dark to bright.
const edge = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];
const x = variable([picture.map((row) => row.map((pixel) => [pixel]))], { name: "x" });
const kernel = variable(edge.map((row) => row.map((weight) => [[weight]])), { name: "kernel" });

export function loss() {
  const y = conv2d(x, kernel, { strides: 2 });
  return y.square().sum().div(8);
}
`,
  questions: [
    {
      step: { phase: "contribution", op: "square" },
      about: "choice",
      asked:
        "The kernel lies over four windows, two by two. On the left it sees a spot right under its middle column, whose weights are 0; on the " +
        "right it sees the edge. Which of the four results get a gradient?",
      choices: [
        {
          text: "those on the right",
          right: (scene) => cell(scene.value, 0, 0, 0, 0) === 0 && cell(scene.value, 0, 0, 1, 0) !== 0,
        },
        {
          text: "all four",
          right: (scene) => cell(scene.value, 0, 0, 0, 0) !== 0 && cell(scene.value, 0, 0, 1, 0) !== 0,
          because: "The slope of a square is 2y, and y is 0 on the left: no edge there.",
        },
        {
          text: "those on the left",
          right: (scene) => cell(scene.value, 0, 0, 0, 0) !== 0 && cell(scene.value, 0, 0, 1, 0) === 0,
        },
      ],
      told: (scene) =>
        `${digits(cell(scene.value, 0, 0, 1, 0))} each on the right, 0 on the left. Call this tensor ȳ: all that follows is made of it.`,
    },
    {
      step: { phase: "contribution", node: "x" },
      about: "shape",
      asked: (scene) =>
        `ȳ has the shape ${formatShape(scene.gradientOf("conv2d").shape)}. Which shape has the gradient of the picture \`x\`?`,
      told: (scene) => `${formatShape(scene.value.shape)}: that of the picture, as always.`,
    },
    {
      step: { phase: "contribution", node: "x" },
      about: "choice",
      asked: (scene) =>
        `A window of ${windowOf(scene).height}×${windowOf(scene).width} that moves by ${windowOf(scene).stride}: how many windows lie over the ` +
        "pixel in the middle, and send it something back?",
      choices: counts,
      told: (scene) =>
        `${over(scene)}; a corner lies in only ${windowsOver(scene, 0, 0).length}. A pixel in several windows is a value used several times, so what they send ` +
        `is added up: ${digits(cell(scene.value, 0, 2, 2, 0))} here.`,
    },
    {
      step: { phase: "contribution", node: "x" },
      about: "choice",
      asked:
        "A result y was made of a pixel times the weight that lay over it. Going back, what does the result send to that pixel?",
      choices: [
        {
          text: "ȳ times the same weight",
          right: (scene) => comesFrom(scene, (down, right) => weightAt(scene, down, right)),
        },
        {
          text: "ȳ times the weight at the opposite place: the kernel is flipped",
          right: (scene) => comesFrom(scene, (down, right) => weightAt(scene, 2 - down, 2 - right)),
          because:
            "Nothing is flipped if you look from ȳ: it stamps the kernel onto the picture, as it is. Look from a pixel and collect, and you meet the " +
            "weights in the opposite order: hence the flip in books. It is the same sum.",
        },
      ],
      told: "Each ȳ stamps the kernel, scaled, where it had been read, and stamps add up where they overlap.",
    },
    {
      step: { phase: "contribution", node: "kernel" },
      about: "shape",
      asked: "Which shape has the gradient of the kernel?",
      told: (scene) =>
        `${formatShape(scene.value.shape)}: one number per weight, although each weight was used in every window.`,
    },
    {
      step: { phase: "contribution", node: "kernel" },
      about: "choice",
      asked:
        "A weight gets, from every window, ȳ times the pixel under it. Only the windows on the right have a ȳ, and their left column is dark. Which " +
        "weights get 0?",
      choices: [
        { text: "the left column", right: (scene) => isEmpty(scene, 0) && !isEmpty(scene, 1) },
        {
          text: "the middle column: its weights are 0",
          right: (scene) => isEmpty(scene, 1),
          because: "A weight’s own value plays no part. That is how a weight of 0 can grow.",
        },
        { text: "none", right: (scene) => ![0, 1, 2].some((column) => isEmpty(scene, column)) },
      ],
      told: (scene) =>
        `Left ${digits(cell(scene.value, 1, 0, 0, 0))}, middle ${digits(cell(scene.value, 1, 1, 0, 0))}, right ${digits(cell(scene.value, 1, 2, 0, 0))} in the middle row. ` +
        "The gradient of a kernel is the picture, seen through the windows and weighted by ȳ.",
    },
  ],
  variations: [
    {
      title: "Stride 1",
      changes: [["strides: 2", "strides: 1"]],
      questions: [
        {
          step: { phase: "contribution", node: "x" },
          about: "choice",
          asked: "Now the window moves by one pixel. How many windows lie over the middle?",
          choices: counts,
          told: (scene) =>
            `${over(scene)}: with stride 1 each weight meets it once. It gets ${digits(cell(scene.value, 0, 2, 2, 0))}.`,
        },
      ],
    },
    {
      title: "Zeros around the picture",
      changes: [["strides: 2", 'strides: 2, padding: "same"']],
      questions: [
        {
          step: { phase: "contribution", node: "x" },
          about: "shape",
          asked:
            'With padding "same" there are 3×3 windows, some half outside. Which shape has the gradient of the picture now?',
          told: (scene) => `Still ${formatShape(scene.value.shape)}: what falls on the padding is dropped.`,
        },
      ],
    },
  ],
};
