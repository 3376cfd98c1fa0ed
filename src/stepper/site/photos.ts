/// <reference lib="dom" />
import { html, type TemplateResult } from "lit";
import { eightImages } from "../lessons/images.ts";

interface Photo {
  readonly name: string;
  readonly address: string;
}

let drawn: readonly Photo[] | undefined;

/** The photos of the lessons as addresses of pictures. */
function draw(): readonly Photo[] {
  const { images, labels, names } = eightImages();
  const [, height, width] = images.shape as readonly [number, number, number];
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(width, height);
  return Array.from(labels.data, (label, image) => {
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++)
        pixels.data[4 * i + c] = 255 * images.data[3 * (image * width * height + i) + c]!;
      pixels.data[4 * i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
    return { name: names[label]!, address: canvas.toDataURL() };
  });
}

/** The photos that a program works on, each with its class. */
export function photos(): TemplateResult {
  drawn ??= draw();
  return html`<ul class="photos" aria-label="The eight photos">
    ${drawn.map(({ name, address }) => html`<li><img src=${address} alt="" width="48" height="48"><span>${name}</span></li>`)}
  </ul>`;
}
