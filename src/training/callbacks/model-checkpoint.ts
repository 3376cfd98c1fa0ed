import { withOptions } from "../../config/configurable.ts";
import { numberOrNull } from "../../config/kinds.ts";
import { ChainruleError, saying } from "../../errors.ts";
import { flag, kind } from "../../ops/attributes.ts";
import { Callback, type Logs, type TrainableModel } from "./callback.ts";
import { Monitor } from "./monitor.ts";
import { checkTemplate, fillTemplate, formatNumber } from "./path-template.ts";
import { mode, monitored, printFn, verbose } from "./specs.ts";

/** Writes a model to a path, or keeps it in another way; what it returns is awaited. */
export type SaveModel = (model: TrainableModel, path: string) => unknown;

const filepath = kind<string, string>("a path", (value) => {
  if (typeof value !== "string" || value === "") return undefined;
  saying("ModelCheckpoint", () => checkTemplate(value));
  return value;
});

const saveFreq = kind<"epoch" | number, "epoch" | number>('"epoch" or a number of batches', (value) =>
  value === "epoch" || (Number.isInteger(value) && Number(value) >= 1) ? value : undefined,
);

const save = kind<SaveModel | null, SaveModel | null>("a function of the model and a path", (value) =>
  value === null || typeof value === "function" ? value : undefined,
);

const CheckpointOptions = withOptions(Callback, "ModelCheckpoint", ["filepath", "monitor"], {
  filepath: filepath(),
  monitor: monitored,
  verbose,
  saveBestOnly: flag(false),
  mode,
  saveFreq: saveFreq("epoch"),
  initialValueThreshold: numberOrNull(null),
  save: save(null),
  printFn,
});

/**
 * Saves the model at the end of each epoch, or, with `saveFreq` a number, each time that many batches are over. In
 * `filepath` there may be the epoch, counted from 1, and whatever is in the logs, in Python's formats:
 * `"{epoch:02d}-{val_loss:.2f}.keras"`. `save(model, path)` does it, and may be async.
 *
 * - `saveBestOnly` (false): only when `monitor` (`"val_loss"`) is better than ever; `mode` as for {@link EarlyStopping};
 * - `initialValueThreshold`: what the first one must be better than;
 * - `verbose` (0 or 1): whether it says what it does, by `printFn`.
 *
 * Keras: `ModelCheckpoint`.
 *
 * @throws If the path has a format that is not known; when the training begins, if there is no `save`; when saving, if the
 * path names something that is not in the logs.
 * @example
 * ```ts
 * const paths = [];
 * const checkpoint = new ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.keras", {
 *   saveBestOnly: true,
 *   save: (model, path) => paths.push(path),
 * });
 * checkpoint.setModel({ metrics: [] });
 * for (const [epoch, loss] of [0.5, 0.75, 0.25].entries()) await checkpoint.onEpochEnd(epoch, { val_loss: loss });
 * deepEqual(paths, ["01-0.50.keras", "03-0.25.keras"]);
 * ```
 */
export class ModelCheckpoint extends CheckpointOptions {
  readonly #monitor = new Monitor("ModelCheckpoint", { ...this.options, minDelta: 0 });
  #epoch = 0;
  #batches = 0;

  constructor(...args: ConstructorParameters<typeof CheckpointOptions>) {
    super(...args);
    this.#monitor.best = this.options.initialValueThreshold ?? undefined;
  }

  /** The best value that was saved; a further training goes on from it. */
  get best(): number | undefined {
    return this.#monitor.best;
  }

  override onTrainBegin(): void {
    this.#batches = 0;
    this.#save();
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    const { saveFreq } = this.options;
    if (saveFreq === "epoch" || ++this.#batches < saveFreq) return;
    this.#batches = 0;
    await this.#checkpoint(this.#epoch, { batch: batch + 1, ...logs });
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.options.saveFreq === "epoch") await this.#checkpoint(epoch, logs);
  }

  #save(): SaveModel {
    const { save } = this.options;
    if (save !== null) return save;
    throw new ChainruleError(
      "ModelCheckpoint: there is nothing that saves models yet; give it { save: (model, path) => … }, which may keep " +
        "model.getWeights()",
    );
  }

  async #checkpoint(epoch: number, logs: Logs): Promise<void> {
    const path = saying("ModelCheckpoint", () =>
      fillTemplate(this.options.filepath, { ...logs, epoch: epoch + 1 }),
    );
    if (!this.#isWanted(epoch, logs, path)) return;
    await this.#save()(this.model, path);
    this.#print(epoch, `finished saving model to ${path}`);
  }

  #isWanted(epoch: number, logs: Logs, path: string): boolean {
    const { saveBestOnly, monitor } = this.options;
    if (!saveBestOnly) {
      this.#print(epoch, `saving model to ${path}`);
      return true;
    }
    const current = this.#monitor.valueIn(logs, this.model);
    // To save too often is better than to lose what was learned.
    if (current === undefined) return true;
    const before = formatNumber(this.best ?? this.#monitor.worst, ".5f");
    const improves = this.#monitor.improves(current);
    this.#print(
      epoch,
      improves
        ? `${monitor} improved from ${before} to ${formatNumber(current, ".5f")}, saving model to ${path}`
        : `${monitor} did not improve from ${before}`,
    );
    return improves;
  }

  #print(epoch: number, text: string): void {
    if (this.options.verbose) this.options.printFn(`\nEpoch ${epoch + 1}: ${text}`);
  }
}
