import { ChainruleError, isPlainObject, show } from "../../errors.ts";
import { gather } from "../../ops/gather.ts";
import { noGrad } from "../../ops/recording.ts";
import { slice } from "../../ops/slice.ts";
import type { Stream } from "../../random.ts";
import { formatShape } from "../../shape.ts";
import { tensor } from "../../tensor/create.ts";
import { Rows } from "../../tensor/rows.ts";
import { Tensor, type TensorLike, Variable } from "../../tensor/tensor.ts";

/** Data for one input or output, or for several: in their order, or by name. */
export type DataLike = TensorLike | readonly Tensor[] | Readonly<Record<string, TensorLike>>;

/** What one step works on; a tensor per input and output, their first axis being the samples. */
export interface Batch {
  readonly xs: readonly Tensor[];
  readonly ys: readonly Tensor[];
  readonly weights: readonly (Tensor | undefined)[];
  readonly size: number;
}

/** What a data set of batches gives: `[x, y]` or `[x, y, sampleWeight]`. */
export type BatchLike = readonly [x: DataLike, y?: DataLike, sampleWeight?: DataLike | undefined];

/** Batches from anywhere: an array of them, a generator, a stream. */
export type BatchSource = Iterable<BatchLike> | AsyncIterable<BatchLike>;

const isTensorList = (value: unknown): value is readonly Tensor[] =>
  Array.isArray(value) && value.length > 0 && value.every((x) => x instanceof Tensor);

const isByName = (value: unknown): value is Readonly<Record<string, TensorLike>> =>
  isPlainObject(value) && !("stride" in value);

/** The tensors for the named inputs or outputs. */
export function readData(what: string, value: DataLike, names: readonly string[]): Tensor[] {
  if (isByName(value)) {
    const missing = names.find((name) => value[name] === undefined);
    if (missing !== undefined) {
      throw new ChainruleError(
        `${what}: there is nothing for "${missing}"; received ${Object.keys(value).join(", ")}`,
      );
    }
    return names.map((name) => asTensor(value[name]!));
  }
  const list = isTensorList(value) ? [...value] : [asTensor(value as TensorLike)];
  if (list.length !== names.length) {
    throw new ChainruleError(
      `${what}: expected ${names.length} (${names.join(", ")}); received ${list.length}. ` +
        "Give several as an array of tensors, or by name.",
    );
  }
  return list;
}

const asTensor = (value: TensorLike): Tensor => (value instanceof Tensor ? value : tensor(value));

/** Whole data in memory: tensors of as many samples each. */
export interface Samples {
  readonly xs: readonly Tensor[];
  readonly ys: readonly Tensor[];
  readonly weights: readonly (Tensor | undefined)[];
  readonly count: number;
}

/** Checks that all tensors have one number of samples. */
export function samplesOf(
  who: string,
  xs: readonly Tensor[],
  ys: readonly Tensor[],
  weights: readonly (Tensor | undefined)[],
): Samples {
  const all = [...xs, ...ys, ...weights].filter((x) => x !== undefined);
  const count = all[0]?.shape[0];
  const odd = all.find((x) => x.rank === 0 || x.shape[0] !== count);
  if (count === undefined || odd !== undefined) {
    throw new ChainruleError(
      `${who}: inputs, targets and sample weights must have one number of samples; received ` +
        all.map((x) => formatShape(x.shape)).join(", "),
    );
  }
  if (count === 0) throw new ChainruleError(`${who}: there are no samples`);
  return { xs, ys, weights, count };
}

/** The samples of a tensor from `from` to before `to`: the same cells, not a copy, unless they may change. */
function part(x: Tensor, from: number, to: number): Tensor {
  if (x instanceof Variable) return noGrad(() => slice(x, { begin: [from], end: [to] }));
  const each = x.size / x.shape[0]!;
  return new Tensor([to - from, ...x.shape.slice(1)], x.dtype, x.data.subarray(from * each, to * each));
}

/** Some samples of a tensor. */
function picked(x: Tensor, samples: Int32Array): Tensor {
  if (!(x instanceof Variable)) return new Rows(x, samples);
  return noGrad(() => gather(x, tensor(samples)));
}

const map = (samples: Samples, f: (x: Tensor) => Tensor) => ({
  xs: samples.xs.map(f),
  ys: samples.ys.map(f),
  weights: samples.weights.map((x) => x && f(x)),
});

/** The samples from `from` to before `to`. */
export const range = (samples: Samples, from: number, to: number): Samples => ({
  ...map(samples, (x) => part(x, from, to)),
  count: to - from,
});

/** Splits off the last fraction, before any shuffling, as Keras does. */
export function splitOff(samples: Samples, fraction: number): [Samples, Samples] {
  const at = Math.floor(samples.count * (1 - fraction));
  if (!(fraction > 0 && fraction < 1) || at === 0 || at === samples.count) {
    throw new ChainruleError(
      `fit: validationSplit must leave samples on both sides; ${show(fraction)} of ${samples.count} does not`,
    );
  }
  return [range(samples, 0, at), range(samples, at, samples.count)];
}

function shuffled(count: number, random: Stream): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** The samples in batches, the last of which may be smaller; in a random order if there is a stream for it. */
export function* batchesOf(samples: Samples, batchSize: number, random?: Stream): Generator<Batch> {
  const order = random && shuffled(samples.count, random);
  for (let from = 0; from < samples.count; from += batchSize) {
    const to = Math.min(from + batchSize, samples.count);
    const batch = order ? map(samples, (x) => picked(x, order.subarray(from, to))) : range(samples, from, to);
    yield { xs: batch.xs, ys: batch.ys, weights: batch.weights, size: to - from };
  }
}
