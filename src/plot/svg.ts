/** Finished XML. A class of its own, so that a plain string, which gets escaped, is never taken for it. */
export class Markup {
  constructor(readonly xml: string) {}
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** What XML 1.0 forbids even escaped: most control characters, halves of surrogate pairs, two non-characters. */
const isForbidden = (character: string): boolean => {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return code !== 0x9 && code !== 0xa && code !== 0xd;
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
};

/** As most texts are, long paths above all: nothing in them to be escaped. */
const plain = /^[\w .,:;()#%+-]*$/;

/** Any text as the text of an element or the value of an attribute. */
export const escape = (text: string): string =>
  plain.test(text)
    ? text
    : Array.from(text, (c) => (isForbidden(c) ? "\ufffd" : (entities[c] ?? c))).join("");

/** A coordinate: two decimals at most, never `-0`. */
export const coordinate = (value: number): string => String(Math.round(value * 100) / 100 + 0);

/**
 * An element. Attributes that are `undefined` are left out and numbers are rounded as coordinates; children
 * that are strings are escaped.
 */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly (Markup | string)[]
): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? coordinate(value) : escape(value!)}"`)
    .join("");
  if (children.length === 0) return new Markup(`<${name}${written}/>`);
  const inside = children.map((child) => (child instanceof Markup ? child.xml : escape(child)));
  // Elements stand on lines of their own; around text any space would be part of it.
  const gap = children.every((child) => child instanceof Markup) ? "\n" : "";
  return new Markup(`<${name}${written}>${gap}${inside.join(gap)}${gap}</${name}>`);
}

/** An SVG document of that size, made with an id that follows from its content: no two on a page share one. */
export const svgDocument = (
  prefix: string,
  { width, height }: { readonly width: number; readonly height: number },
  make: (id: string) => {
    readonly title: string;
    readonly description: string;
    readonly parts: readonly Markup[];
  },
): string => {
  const write = (id: string): string => {
    const { title, description, parts } = make(id);
    return element(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        id,
        width,
        height,
        viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
        role: "img",
        "aria-labelledby": `${id}-title ${id}-desc`,
      },
      element("title", { id: `${id}-title` }, title),
      element("desc", { id: `${id}-desc` }, description),
      ...parts,
    ).xml;
  };
  return `${write(`${prefix}-${hash(write(prefix))}`)}\n`;
};

/** FNV-1a: short and well spread. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}
