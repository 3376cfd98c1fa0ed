import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cells, dtypeOf } from "../../../src/dtype.ts";
import { assemble, type Fused, type FusedStep, lowerFused } from "../../../src/kernels/wasm/fused/fused.ts";
import { webAssembly } from "../../../src/kernels/wasm/webassembly.ts";
import { streamFrom } from "../../../src/random.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { broadcastView, type View, viewOf } from "../../../src/view.ts";
import { expectedOf, randomFused } from "./fused-cases.ts";
import { between, runFused } from "./fused-run.ts";

const sizes = fc.constantFrom(1, 1, 2, 3, 4, 5, 7, 8, 9, 13);
const shapes = fc.oneof(
  fc.array(sizes, { maxLength: 4 }),
  fc.constantFrom([31], [4, 33], [257], [3, 0, 2], [2, 2, 2, 2, 2, 2, 2]),
);
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const cellsOf = ({ data, offset, shape }: View): Cells => data.subarray(offset, offset + sizeOf(shape));
const outputsOf = ({ outputs }: Fused): Cells[] => outputs.map(({ out }) => cellsOf(out));

const floats = (shape: Shape, first = 1): View =>
  viewOf(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => first + i),
    shape,
  );
const zeros = (shape: Shape): View => viewOf(new Float32Array(sizeOf(shape)), shape);

const twice: FusedStep = { kind: "binary", name: "add", a: { input: 0 }, b: { input: 0 } };
const plus: FusedStep = { kind: "binary", name: "add", a: { input: 0 }, b: { input: 1 } };

describe("fused kernels", () => {
  it("give the cells of the reference, for any expression, layout and range", () => {
    fc.assert(
      fc.property(
        shapes,
        seeds,
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (shape, seed, shared, step) => {
          const fused = randomFused(streamFrom(String(seed)), shape);
          const expected = expectedOf(fused);
          runFused(fused, { shared, step });
          expect(outputsOf(fused)).toEqual(expected);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("an output may take the place of a row-major input", () => {
    fc.assert(
      fc.property(shapes, seeds, (shape, seed) => {
        const fused = randomFused(streamFrom(String(seed)), shape);
        const place = between(viewOf(new Float32Array(sizeOf(shape)).fill(-1.5), shape));
        const value = fused.outputs[0]!.value;
        const inPlace: Fused = {
          shape,
          inputs: [...fused.inputs, place],
          steps: [
            ...fused.steps,
            { kind: "copy", x: value, dtype: "float32" },
            {
              kind: "binary",
              name: "mul",
              a: { step: fused.steps.length },
              b: { input: fused.inputs.length },
            },
          ],
          outputs: [{ value: { step: fused.steps.length + 1 }, out: place }, ...fused.outputs],
        };
        const expected = expectedOf(inPlace);
        runFused(inPlace);
        expect(outputsOf(inPlace)).toEqual(expected);
      }),
    );
  });

  it("two outputs may swap the places of two inputs", () => {
    const [a, b] = [floats([11]), floats([11], 50)];
    const outputs = [
      { value: { input: 1 }, out: a },
      { value: { input: 0 }, out: b },
    ];
    runFused({ shape: [11], inputs: [a, b], steps: [], outputs });
    expect([a, b]).toEqual([floats([11], 50), floats([11])]);
  });

  it("a constant alone, and one of every dtype", () => {
    const out = zeros([3]);
    runFused({ shape: [3], inputs: [], steps: [], outputs: [{ value: { constant: -0 }, out }] });
    expect(out.data).toEqual(Float32Array.of(-0, -0, -0));
    const whole = viewOf(new Int32Array(1), []);
    const one = { constant: 1, dtype: "int32" } as const;
    const steps: FusedStep[] = [
      { kind: "select", condition: { constant: 1, dtype: "bool" }, a: one, b: { constant: 0 } },
      { kind: "binary", name: "add", a: { step: 0 }, b: { constant: 6 } },
    ];
    runFused({ shape: [], inputs: [], steps, outputs: [{ value: { step: 1 }, out: whole }] });
    expect(whole.data[0]).toBe(7);
  });

  it("a long chain of steps", () => {
    const out = zeros([6]);
    const steps = Array.from({ length: 5000 }, (_, i): FusedStep => {
      const last = i === 0 ? { input: 0 } : { step: i - 1 };
      return { kind: "binary", name: "add", a: last, b: { constant: i % 2 ? -3 : 3.5 } };
    });
    runFused({ shape: [6], inputs: [floats([6])], steps, outputs: [{ value: { step: 4999 }, out }] });
    expect(out.data).toEqual(floats([6], 1251).data);
  });
});

describe("the code of a kernel", () => {
  const lower = (steps: FusedStep[], inputs: View[], shape: Shape) =>
    lowerFused({ shape, inputs, steps, outputs: [{ value: { step: 0 }, out: zeros(shape) }] });
  const row = (shape: Shape) => broadcastView(floats([shape.at(-1)!]), shape);
  const keyOf = (step: FusedStep, inputs: View[], shape: Shape) => lower([step], inputs, shape).code.key;

  it("is the same for other sizes and places, and for axes that are one", () => {
    const key = keyOf(plus, [floats([4, 6]), row([4, 6])], [4, 6]);
    expect(keyOf(plus, [floats([9, 2]), row([9, 2])], [9, 2])).toBe(key);
    expect(keyOf(plus, [floats([2, 1, 3, 5]), row([2, 1, 3, 5])], [2, 1, 3, 5])).toBe(key);
    expect(keyOf(plus, [{ ...floats([40, 6]), shape: [4, 6], offset: 12 }, row([4, 6])], [4, 6])).toBe(key);
  });

  it("is another for other steps, constants, dtypes and layouts", () => {
    const flat = [floats([4, 6]), floats([4, 6])];
    const add = (constant: number): FusedStep => ({ ...plus, b: { constant } });
    const keys = [
      keyOf(plus, flat, [4, 6]),
      keyOf(twice, flat, [4, 6]),
      keyOf(plus, [flat[0]!, row([4, 6])], [4, 6]),
      keyOf(plus, [flat[0]!, broadcastView(floats([]), [4, 6])], [4, 6]),
      keyOf(plus, [flat[0]!, viewOf(new Int32Array(24), [4, 6])], [4, 6]),
      ...[0, -0, 1, Infinity, -Infinity, Number.NaN].map((c) => keyOf(add(c), flat, [4, 6])),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("takes any range of flat cells, and whole rows where an operand needs them", () => {
    const flat = lower([plus], [floats([4, 6]), broadcastView(floats([]), [4, 6])], [4, 6]);
    expect(flat.grain).toBe(1);
    expect(lower([plus], [floats([4, 6]), row([4, 6])], [4, 6]).grain).toBe(6);
    expect(lower([plus], [floats([8, 0]), row([8, 0])], [8, 0]).grain).toBe(1);
  });

  it("is run in blocks of whole grains, one block if there is little to do", () => {
    const blockOf = (steps: FusedStep[], inputs: View[], shape: Shape) => {
      const { instruction, grain } = lower(steps, inputs, shape);
      const [, count, block] = instruction.words as number[];
      expect([instruction.kernel, count, block! % grain]).toEqual(["elementwise", sizeOf(shape), 0]);
      return block!;
    };
    expect(blockOf([twice], [floats([5000])], [5000])).toBe(5000);
    expect(blockOf([twice], [floats([100_001])], [100_001])).toBe(4096);
    expect(blockOf([plus], [floats([1000, 30]), row([1000, 30])], [1000, 30])).toBe(2730);
    expect(blockOf([plus], [floats([3, 30_000]), row([3, 30_000])], [3, 30_000])).toBe(30_000);
  });

  it("many kernels stand in one module, and an operand's address is not in it", () => {
    const codes = [1, 2, 3].map((constant) => lower([{ ...plus, b: { constant } }], [floats([7])], [7]).code);
    const memory = new webAssembly.Memory({ initial: 1, maximum: 65536 });
    const module = new webAssembly.Module(assemble(codes, false));
    const { exports } = new webAssembly.Instance(module, { env: { memory } });
    const cells = new Float32Array(memory.buffer, 1024, 4);
    new Int32Array(memory.buffer, 0, 8).set([0, 0, 0, 0, 0, 0, 1024, 1024]);
    for (const name of ["0", "1", "2", "1"]) (exports[name] as (...args: number[]) => void)(0, 0, 3);
    expect(cells).toEqual(Float32Array.of(8, 8, 8, 0));
    expect(dtypeOf(cells)).toBe("float32");
  });
});
