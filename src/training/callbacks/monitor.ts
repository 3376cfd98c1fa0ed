import { ChainruleError } from "../../errors.ts";
import type { Logs, TrainableModel } from "./callback.ts";

export interface MonitorOptions {
  readonly monitor: string;
  readonly mode: "auto" | "min" | "max";
  readonly minDelta: number;
}

const isLoss = (name: string): boolean => name === "loss" || name.endsWith("_loss");

/** Watches one of the numbers in the logs: whether it becomes better, by more than `minDelta`. */
export class Monitor {
  /** The best value so far; undefined before the first. */
  best: number | undefined;
  readonly #who: string;
  readonly #options: MonitorOptions;
  #isUp: boolean | undefined;
  #warned = false;

  constructor(who: string, options: MonitorOptions) {
    this.#who = who;
    this.#options = options;
    if (options.mode !== "auto") this.#isUp = options.mode === "max";
  }

  /** Forgets the best value. */
  reset(): void {
    this.best = undefined;
    this.#warned = false;
  }

  /** The value in the logs. The metrics of the model say which values are better, and are known by then. */
  valueIn(logs: Logs, model: TrainableModel): number | undefined {
    this.#isUp ??= this.#infer(model);
    const { monitor } = this.#options;
    const value = Object.hasOwn(logs, monitor) ? logs[monitor] : undefined;
    if (value === undefined && !this.#warned) {
      this.#warned = true;
      const known = Object.keys(logs).join(", ") || "none";
      console.warn(
        `${this.#who} watches ${monitor}, which is not available. Available metrics are: ${known}`,
      );
    }
    return value;
  }

  /** What any other value is better than. */
  get worst(): number {
    return this.#isUp ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  isBetter(value: number, than: number): boolean {
    const { minDelta } = this.#options;
    return this.#isUp ? value - minDelta > than : value + minDelta < than;
  }

  /** Whether a value is better than the best, which it then is itself. */
  improves(value: number): boolean {
    const better = this.isBetter(value, this.best ?? this.worst);
    if (better) this.best = value;
    return better;
  }

  #infer({ metrics }: TrainableModel): boolean {
    const { monitor } = this.#options;
    const name = monitor.replace(/^val_/, "");
    const direction = metrics.find((metric) => metric.name === name)?.direction;
    if (direction) return direction === "up";
    if (isLoss(name)) return false;
    throw new ChainruleError(
      `${this.#who}: cannot tell whether ${monitor} should be large or small; set mode to "max" or "min"`,
    );
  }
}
