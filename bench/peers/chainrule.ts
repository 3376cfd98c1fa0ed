// The one place that says which build of chainrule is measured: the sources as `tsc` compiles them with this
// package, which is what users get. (Not through tsx: it wraps every named closure in a call, which costs.)
export * from "../../src/index.ts";
export { loadTrace, record } from "../../src/stepper/index.ts";
