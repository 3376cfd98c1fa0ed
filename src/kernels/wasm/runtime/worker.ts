/** One set of kernels for the table: the functions that a module exports under these names, and their first place. */
export interface Parcel<Module> {
  readonly module: Module;
  readonly names: readonly string[];
  readonly at: number;
}

/**
 * What a worker runs, in Node and in browsers: it loads the kernels that it is sent and serves until it is called back, as
 * assembly/threads.ts has it. It is text because no bundler finds, keeps or rewrites it then.
 */
export const workerSource = `"use strict";
const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort ?? globalThis;
let memory, control, seat, kernels;

function place({ module, names, at }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  kernels ??= exports;
  const missing = at + names.length - kernels.table.length;
  if (missing > 0) kernels.table.grow(missing);
  names.forEach((name, i) => kernels.table.set(at + i, exports[name]));
}

function serve(version) {
  for (;;) {
    try {
      return kernels.serve(control, seat, version);
    } catch {
      kernels.fail(control, false, true);
    }
  }
}

port.onmessage = ({ data }) => {
  if (data.leave) {
    kernels.leave(control, seat);
    port.close();
    return;
  }
  if (data.memory) ({ memory, control, seat } = data);
  data.parcels.forEach(place);
  serve(data.version);
};
`;
