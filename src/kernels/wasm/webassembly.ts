// What of WebAssembly is used here. TypeScript declares it only with the whole of the DOM, and more narrowly.

export interface Memory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

export interface Table {
  readonly length: number;
  grow(count: number): number;
  set(index: number, value: unknown): void;
}

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A compiled module; it can be posted to a worker. */
export interface Module {
  readonly [Symbol.toStringTag]: string;
}

interface WebAssemblyApi {
  readonly Memory: new (options: { initial: number; maximum?: number; shared?: boolean }) => Memory;
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Instance: new (module: Module, imports: Readonly<Record<string, object>>) => Instance;
}

const found: unknown = Reflect.get(globalThis, "WebAssembly");

export const webAssembly = found as WebAssemblyApi;
