export * from "./callbacks/index.ts";
export * from "./loop/index.ts";
export * from "./losses/index.ts";
export * from "./metrics/index.ts";
export * from "./optimizers/index.ts";
export * from "./schedules/index.ts";
