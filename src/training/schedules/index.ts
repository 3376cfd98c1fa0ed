export * from "./cosine.ts";
export * from "./decay.ts";
export { schedules } from "./registry.ts";
export { Schedule } from "./schedule.ts";
