// Runs inside the page: programs that are recorded there.
import * as traces from "./stepper-traces.ts";

Object.assign(globalThis, { traces });
