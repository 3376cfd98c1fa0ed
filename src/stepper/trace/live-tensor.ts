import type { Cells, DType } from "../../dtype.ts";
import type { Shape } from "../../shape.ts";
import { type Tensor, Variable } from "../../tensor/tensor.ts";
import type { Histogram, Sample, Statistics, TensorRecord } from "./records.ts";
import { sampleOf } from "./sample.ts";
import { histogramOf, statisticsOf } from "./statistics.ts";

/** A tensor of the running program. What is to be said about it is found when it is asked for. */
export class LiveTensor implements TensorRecord {
  readonly tensor: Tensor;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly cells: Cells;
  readonly #isWeight: boolean;
  #statistics: Statistics | undefined;
  #histogram: Histogram | undefined;
  #sample: Sample | undefined;

  /** `isWeight` says that it is a weight, or the gradient of one: its first axis counts no samples. */
  constructor(tensor: Tensor, isWeight: boolean) {
    this.tensor = tensor;
    this.shape = tensor.shape;
    this.dtype = tensor.dtype;
    // A variable may be assigned later; the trace keeps what the program saw.
    this.cells = tensor instanceof Variable ? tensor.data.slice() : tensor.data;
    this.#isWeight = isWeight;
  }

  get statistics(): Statistics {
    return (this.#statistics ??= statisticsOf(this.cells));
  }

  get histogram(): Histogram {
    return (this.#histogram ??= histogramOf(this.cells, this.statistics));
  }

  get sample(): Sample {
    return (this.#sample ??= sampleOf(this.cells, this.shape, !this.#isWeight));
  }
}
