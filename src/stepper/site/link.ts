/// <reference lib="dom" />
import { fromBase64 } from "../trace/encoding.ts";

/** What the part of an address after `#` says: a lesson or a program, and the step. */
export interface Link {
  readonly lesson?: string | undefined;
  readonly code?: string | undefined;
  readonly step?: number | undefined;
}

/** Programs in links are not longer than this, unpacked. */
const longest = 100_000;

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const fromBase64Url = (text: string): Uint8Array =>
  fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));

const through = (bytes: BlobPart, transform: GenericTransformStream): ReadableStream<Uint8Array> =>
  new Blob([bytes]).stream().pipeThrough(transform);

/** A text, compressed, in characters that an address may have. */
export async function packed(text: string): Promise<string> {
  const stream = through(text, new CompressionStream("deflate-raw"));
  return toBase64Url(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/**
 * The text that {@link packed} packed.
 *
 * @throws If it is none, or unpacks to more than a program can be.
 */
export async function unpacked(code: string): Promise<string> {
  const bytes = fromBase64Url(code);
  const reader = through(
    bytes as Uint8Array<ArrayBuffer>,
    new DecompressionStream("deflate-raw"),
  ).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value, { stream: true });
    if (text.length <= longest) continue;
    await reader.cancel();
    throw new Error(`the program in the link has more than ${longest} characters`);
  }
  return text + decoder.decode();
}

/** What a fragment says. */
export function readLink(hash: string): Link {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const step = Number.parseInt(parameters.get("step") ?? "", 10);
  return {
    lesson: parameters.get("lesson") ?? undefined,
    code: parameters.get("code") ?? undefined,
    step: Number.isNaN(step) ? undefined : step,
  };
}

/** The fragment that says so. */
export function writeLink(link: Link): string {
  const entries = Object.entries(link).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return `#${new URLSearchParams(entries)}`;
}
