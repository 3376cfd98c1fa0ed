/** An element of a parsed document. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Xml | string)[];
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescape(text: string): string {
  const wrong = /[<]|&(?!(?:amp|lt|gt|quot|apos);)/.exec(text);
  if (wrong) throw new Error(`not escaped: ${text.slice(wrong.index, wrong.index + 20)}`);
  return text.replace(/&(\w+);/g, (_, name: string) => entities[name]!);
}

/** Parses the XML that pictures are made of; throws where it is not well-formed. */
export function parseXml(source: string): Xml {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.exec(source);
  if (forbidden) throw new Error(`a character that XML forbids at ${forbidden.index}`);
  const root: { name: string; attributes: Record<string, string>; children: (Xml | string)[] } = {
    name: "",
    attributes: {},
    children: [],
  };
  const open = [root];
  const token =
    /<\/(?<end>[\w:-]+)\s*>|<(?<start>[\w:-]+)(?<attributes>(?:\s+[\w:-]+="[^"<]*")*)\s*(?<closed>\/?)>|(?<text>[^<]+)/y;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const { end, start, attributes = "", closed, text } = token.exec(source)?.groups ?? {};
    const parent = open.at(-1)!;
    if (text !== undefined) parent.children.push(unescape(text));
    else if (end !== undefined) {
      if (open.length === 1 || parent.name !== end)
        throw new Error(`</${end}> closes <${parent.name}> at ${at}`);
      open.pop();
    } else if (start !== undefined) {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map((m) => [m[1]!, unescape(m[2]!)]);
      const element = { name: start, attributes: Object.fromEntries(pairs), children: [] };
      if (Object.keys(element.attributes).length !== pairs.length)
        throw new Error(`an attribute twice at ${at}`);
      parent.children.push(element);
      if (!closed) open.push(element);
    } else throw new Error(`not XML at ${at}: ${source.slice(at, at + 40)}`);
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  const elements = root.children.filter((child): child is Xml => typeof child !== "string");
  if (elements.length !== 1) throw new Error(`expected one root; found ${elements.length}`);
  return elements[0]!;
}

/** All elements of that name, in the order of the document. */
export const all = (xml: Xml, name: string): Xml[] =>
  xml.children.flatMap((child) =>
    typeof child === "string" ? [] : [...(child.name === name ? [child] : []), ...all(child, name)],
  );

export const textOf = (xml: Xml): string =>
  xml.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");

/** The lines of data: the paths inside the frames, each with its label and its subpaths as points in pixels. */
export const dataLines = (xml: Xml) =>
  all(xml, "g").flatMap((frame) =>
    all(frame, "path").map((path) => ({
      label: textOf(path).trim(),
      dash: path.attributes["stroke-dasharray"],
      colour: path.attributes.class,
      subpaths: path.attributes
        .d!.split("M")
        .slice(1)
        .map((part) =>
          part.split("L").map((pair) => pair.split(" ").map(Number.parseFloat) as [number, number]),
        ),
    })),
  );
