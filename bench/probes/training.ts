// A fresh process: from the import of chainrule to the end of the first training steps.
import type { Job } from "../nets/job.ts";
import { peak, tell } from "./report.ts";

const job = JSON.parse(process.argv[2]!) as Job;
const start = performance.now();
const { chainruleModel, fitOnce } = await import("../peers/nets/chainrule.ts");
await fitOnce(chainruleModel(job.net), job);
tell({ microseconds: 1000 * (performance.now() - start), bytes: peak(), checked: [] });
