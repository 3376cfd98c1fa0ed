import { cifar10, type Dataset, ImageSet } from "chainrule/datasets";

const classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** CIFAR-10; as much of it as is wanted, the classes evenly. */
export const realImages = (train: number, test: number): Promise<Dataset> =>
  cifar10({ train, test, balanced: true });

/** Stripes whose direction and colour tell the class: for a run without a network. */
export function stripes(count: number): Dataset {
  const make = (shift: number) => {
    const bytes = new Uint8Array(count * 32 * 32 * 3);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    for (let at = 0; at < bytes.length; at++) {
      const [image, pixel, channel] = [Math.floor(at / 3072), Math.floor(at / 3) % 1024, at % 3];
      const [x, y, label] = [pixel % 32, Math.floor(pixel / 32), labels[image]!];
      const wave = Math.sin((x * (label % 5) + y * (4 - (label % 5)) + shift + image) / 3);
      bytes[at] = 128 + 100 * wave * (channel === label % 3 ? 1 : 0.4);
    }
    return new ImageSet(bytes, labels, [32, 32, 3]);
  };
  return { name: "stripes", classNames, train: make(0), test: make(7) };
}
