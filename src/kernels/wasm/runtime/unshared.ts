const importSection = 2;
const memoryKind = 2;
const sharedFlag = 2;

/**
 * The same WebAssembly for a memory that threads do not share. A module must say which it imports; all instructions, the
 * atomic ones too, work on either.
 */
export function unshared(module: Uint8Array): Uint8Array {
  const bytes = module.slice();
  const flag = limitsOfMemory(bytes);
  bytes[flag]! &= ~sharedFlag;
  return bytes;
}

/** Where the flags of the imported memory's limits stand. */
function limitsOfMemory(bytes: Uint8Array): number {
  let at = 8; // after the magic number and the version
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skipLimits = (): void => {
    const flags = number();
    number();
    if (flags & 1) number();
  };
  while (at < bytes.length) {
    const section = number();
    const end = number() + at;
    if (section !== importSection) {
      at = end;
      continue;
    }
    for (let imports = number(); imports > 0; imports--) {
      for (const _ of ["module", "name"]) {
        const length = number();
        at += length;
      }
      const kind = number();
      if (kind === memoryKind) return at;
      if (kind === 1) at++; // the type of a table's elements
      if (kind === 1) skipLimits();
      else if (kind === 3)
        at += 2; // the type of a global
      else number(); // the index of a function's type
    }
  }
  throw new Error("the module imports no memory");
}
