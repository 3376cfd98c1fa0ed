import type { ImageSet } from "chainrule/datasets";

/** An RGB image as a bitmap in a data URI: no compression, no library. */
function bitmap(bytes: Uint8Array, width: number, height: number): string {
  const row = Math.ceil((width * 3) / 4) * 4;
  const file = new Uint8Array(54 + row * height);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, file.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = 54 + (height - 1 - y) * row + x * 3;
      file.set([bytes[from + 2]!, bytes[from + 1]!, bytes[from]!], to);
    }
  }
  return `data:image/bmp;base64,${Buffer.from(file).toString("base64")}`;
}

/** One image with what it shows and what the model takes it for. */
export interface Guess {
  readonly index: number;
  readonly truth: string;
  readonly guess: string;
  readonly confidence: number;
}

const cell = { width: 132, height: 168, image: 112 };

/** Images in a grid, each with the model's guess below it; right and wrong differ by mark and by colour. */
export function predictionSheet(images: ImageSet, guesses: readonly Guess[], columns = 6): string {
  const rows = Math.ceil(guesses.length / columns);
  const [, height, width] = images.shape as readonly [number, number, number, number];
  const cells = guesses.map(({ index, truth, guess, confidence }, i) => {
    const [x, y] = [(i % columns) * cell.width + 10, Math.floor(i / columns) * cell.height + 10];
    const right = truth === guess;
    return [
      `<image x="${x}" y="${y}" width="${cell.image}" height="${cell.image}" image-rendering="pixelated" href="${bitmap(images.bytesOf(index), width, height)}"><title>${truth}</title></image>`,
      `<text x="${x}" y="${y + cell.image + 16}" class="${right ? "right" : "wrong"}">${right ? "✓" : "✗"} ${guess} ${Math.round(confidence * 100)} %</text>`,
      right ? "" : `<text x="${x}" y="${y + cell.image + 32}" class="truth">is ${truth}</text>`,
    ].join("");
  });
  const size = { width: columns * cell.width + 10, height: rows * cell.height + 10 };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-label="Test images with the model's guesses">
<style>text{font:13px system-ui,sans-serif}.right{fill:#0072b2}.wrong{fill:#c04a00}.truth{fill:#666}svg{background:#fff}@media (prefers-color-scheme:dark){svg{background:#16191d}.right{fill:#56b4e9}.wrong{fill:#f0a35e}.truth{fill:#aaa}}</style>
${cells.join("\n")}
</svg>
`;
}
