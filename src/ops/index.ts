export * from "./custom.ts";
export * from "./einsum.ts";
export * from "./join.ts";
export * from "./methods.ts";
export * from "./random.ts";
