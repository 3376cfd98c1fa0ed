import { compiles, Programs, signatureOf, traceOn } from "../../compile/compile.ts";
import { Program } from "../../compile/program.ts";
import type { Layer } from "../../layers/layer.ts";
import { stream } from "../../random.ts";
import { full } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Optimizer } from "../optimizers/index.ts";
import type { Batch } from "./data.ts";
import type { Objective } from "./objective.ts";
import { type Pass, runPass, type StepResult, testPass, trainPass } from "./step.ts";
import { structureOf } from "./structure.ts";

/** A step that was traced and compiled. */
interface CompiledStep {
  readonly inputs: readonly Tensor[];
  readonly key: Tensor;
  readonly pass: Pass;
  readonly program: Program;
}

type Make = (batch: Batch, key?: Tensor) => Pass;

/** Runs the steps of a compiled model: as programs, or op by op where that is wanted or nothing else is possible. */
export class Runner {
  readonly #model: Layer;
  readonly #objective: Objective;
  readonly #optimizer: Optimizer;
  readonly #eager: boolean;
  readonly #training: Programs<CompiledStep>;
  readonly #testing: Programs<CompiledStep>;

  constructor(model: Layer, objective: Objective, optimizer: Optimizer, runEagerly: boolean) {
    this.#model = model;
    this.#objective = objective;
    this.#optimizer = optimizer;
    this.#eager = runEagerly;
    this.#training = new Programs(`fit: ${model.name}`);
    this.#testing = new Programs(`evaluate: ${model.name}`);
  }

  /** A training step, its results written back; a loss that is not finite has none. */
  train(batch: Batch): StepResult {
    return this.#run(this.#training, batch, (some, key) =>
      trainPass(this.#model, this.#objective, this.#optimizer, some, key),
    );
  }

  /** The losses of a batch; only the metrics change. */
  test(batch: Batch): StepResult {
    return this.#run(this.#testing, batch, (some) => testPass(this.#model, this.#objective, some));
  }

  #run(programs: Programs<CompiledStep>, batch: Batch, make: Make): StepResult {
    const eagerly = () => runPass(make(batch));
    if (this.#eager || !compiles()) return eagerly();
    return programs.run(
      this.#signature(batch),
      () => this.#compile(batch, make),
      (step) => this.#replay(step, batch),
      eagerly,
    );
  }

  /** All that a trace depends on. */
  #signature(batch: Batch): string {
    const weights = batch.weights.map((x) => x !== undefined);
    const trained = this.#model.trainableWeights.map(({ id }) => id);
    return [signatureOf(tensorsOf(batch)), weights, trained, structureOf(this.#model)].join("; ");
  }

  #compile(batch: Batch, make: Make): CompiledStep {
    const like = [...tensorsOf(batch), full([], 0, "int32")];
    const { inputs, result } = traceOn(like, (all) => {
      const pass = make(batchOf(all, batch), all.at(-1)!);
      return { pass, updates: pass.updates() };
    });
    const { pass, updates } = result;
    const losses = [pass.total, ...pass.parts].filter((x) => x !== undefined);
    const stages = pass.guarded ? [losses, []] : [losses];
    const program = new Program({ inputs, stages, updates });
    return { inputs, key: inputs.at(-1)!, pass, program };
  }

  #replay({ inputs, key, pass, program }: CompiledStep, batch: Batch): StepResult {
    // The program does not look at values.
    this.#objective.check(pass.outputs, batch);
    for (const [i, x] of tensorsOf(batch).entries()) program.set(inputs[i]!, x);
    if (program.uses(key)) program.set(key, full([], stream("call").below(2 ** 31), "int32"));
    program.run(0);
    const read = (x: Tensor | undefined) => x && program.value(x).item();
    const result = { loss: read(pass.total) ?? 0, parts: pass.parts.map(read) };
    if (pass.guarded && Number.isFinite(result.loss)) program.run(1);
    return result;
  }
}

/** The tensors of a batch, in their order. */
const tensorsOf = ({ xs, ys, weights }: Batch): Tensor[] =>
  [...xs, ...ys, ...weights].filter((x) => x !== undefined);

/** A batch like another, of other tensors. */
function batchOf(tensors: readonly Tensor[], { xs, ys, weights, size }: Batch): Batch {
  const rest = [...tensors];
  const take = () => rest.shift()!;
  return { xs: xs.map(take), ys: ys.map(take), weights: weights.map((x) => x && take()), size };
}
