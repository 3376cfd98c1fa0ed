import type { ConvGeometry, WindowAxis } from "../../geometry.ts";
import { tex } from "../../tex.ts";
import type { Sum } from "./convolution-subject.ts";

/** `2i − 1 + 2a`: the cell of the images under tap a at position i. */
function under({ stride, before, dilation }: WindowAxis, position: string, tap: string): string {
  const times = (factor: number, of: string) => (factor === 1 ? of : `${factor}${of}`);
  const shift = before === 0 ? "" : ` - ${before}`;
  return `${times(stride, position)} + ${times(dilation, tap)}${shift}`;
}

/** `(i + 1 − 2a) / 2`: the position whose tap a is over cell i of the images. */
function over({ stride, before, dilation }: WindowAxis, cell: string, tap: string): string {
  const top = `${cell}${before === 0 ? "" : ` + ${before}`} - ${dilation === 1 ? tap : `${dilation}${tap}`}`;
  return stride === 1 ? top : tex`\frac{${top}}{${stride}}`;
}

const texOf = (name: string): string => (name.startsWith("d") ? tex`\bar{${name.slice(1)}}` : name);

/** The sum in the picture's places; a further index where it goes on over channels or samples. */
export function formulaOf(g: ConvGeometry, { target, parts }: Sum, stamping: boolean): string {
  const [x, w, y] = (["x", "filter", "y"] as const).map((role) => texOf(parts[role].name));
  const image = `${under(g.height, "i", "a")}, ${under(g.width, "j", "b")}`;
  const also = (index: string, count: number) => (count > 1 ? `, ${index}` : "");
  if (target === "y") {
    const c = also("c", g.inputs / g.groups);
    return tex`${y}_{i, j} = \sum_{a, b${c}} ${x}_{${image}${c}} \cdot ${w}_{a, b${c}}`;
  }
  if (target === "filter") {
    const n = g.batch > 1 ? "n, " : "";
    return tex`${w}_{a, b} = \sum_{${n}i, j} ${x}_{${n}${image}} \cdot ${y}_{${n}i, j}`;
  }
  const o = also("o", g.outputs / g.groups);
  if (stamping) {
    return tex`${x}_{${image}} += ${y}_{i, j${o}} \cdot ${w}_{a, b${o}}`;
  }
  const upstream = `${over(g.height, "i", "a")}, ${over(g.width, "j", "b")}`;
  return tex`${x}_{i, j} = \sum_{a, b${o}} ${y}_{${upstream}${o}} \cdot ${w}_{a, b${o}}`;
}
