// Bytes as text that gzip makes about as small as the bytes themselves: most bytes are one character, as most are small in
// WebAssembly, and all characters are printable ASCII, which no bundler has to escape. Hexadecimal digits become a tenth
// longer than this once compressed, base64 half as long again, since it hides repetitions.

const first = "#".charCodeAt(0);
/** A character stands for a byte below this. Larger ones have so much taken off, or twice, and a mark before them. */
const span = 90;
const marks = ["", "}", "~"];

/** Writes bytes as text; {@link bytesOf} reads it. */
export const textOf = (bytes: Uint8Array): string =>
  Array.from(
    bytes,
    (byte) => marks[Math.floor(byte / span)]! + String.fromCharCode(first + (byte % span)),
  ).join("");

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let above = 0;
  for (const character of text) {
    const mark = marks.indexOf(character);
    if (mark < 0) bytes[length++] = character.charCodeAt(0) - first + above;
    above = Math.max(mark, 0) * span;
  }
  return bytes.subarray(0, length);
}
