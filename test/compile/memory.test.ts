import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceOn } from "../../src/compile/compile.ts";
import { placesOf } from "../../src/compile/layout.ts";
import { type Life, layOut } from "../../src/compile/memory.ts";
import { stagesOf } from "../../src/compile/stages.ts";
import { Units } from "../../src/compile/units.ts";
import type { Cells } from "../../src/dtype.ts";
import * as c from "../../src/index.ts";
import { runtime } from "../../src/kernels/wasm/runtime/runtime.ts";
import { Tape } from "../../src/ops/trace/tape.ts";
import { runs } from "../support/compiled.ts";
import { watchWarnings } from "../support/warnings.ts";

watchWarnings();

const life = fc
  .record({ bytes: fc.nat(2000), from: fc.nat(12), length: fc.nat(6) })
  .map(({ bytes, from, length }): Life => ({ bytes, from, to: from + length }));

const meet = (a: Life, b: Life): boolean => a.from <= b.to && b.from <= a.to;

describe("a layout", () => {
  it("never lets living buffers overlap, and aligns them all", () => {
    fc.assert(
      fc.property(fc.array(life, { maxLength: 40 }), (lives) => {
        const buffers = new Map<Cells, Life>(lives.map((one) => [new Float32Array(0), one]));
        const { offsets, bytes } = layOut(buffers);
        const placed = [...buffers].map(([cells, one]) => ({ one, at: offsets.get(cells)! }));
        for (const [i, { one, at }] of placed.entries()) {
          expect(at % 128).toBe(0);
          expect(at + one.bytes).toBeLessThanOrEqual(bytes);
          for (const other of placed.slice(0, i).filter((that) => meet(that.one, one))) {
            const apart = at + one.bytes <= other.at || other.at + other.one.bytes <= at;
            expect(apart).toBe(true);
          }
        }
      }),
      runs(200),
    );
  });

  it("takes no more than what lives at once where lives follow each other", () => {
    const chain = (count: number) =>
      new Map<Cells, Life>(
        Array.from({ length: count }, (_, i) => [new Float32Array(0), { bytes: 1280, from: i, to: i + 1 }]),
      );
    expect(layOut(chain(2)).bytes).toBe(2 * 1280);
    expect(layOut(chain(50)).bytes).toBe(2 * 1280);
    expect(layOut(new Map()).bytes).toBe(0);
  });

  it("places the largest first, so that the small ones find gaps", () => {
    const sizes: [number, number, number][] = [
      [128, 0, 1],
      [256, 1, 2],
      [1024, 2, 3],
    ];
    const lives = sizes.map(([bytes, from, to]): [Cells, Life] => [new Float32Array(0), { bytes, from, to }]);
    expect(layOut(new Map(lives)).bytes).toBe(1024 + 256);
  });

  it("fills gaps between buffers that live on", () => {
    const sizes: [number, number, number][] = [
      [1024, 0, 9],
      [512, 0, 1],
      [256, 0, 9],
      [512, 2, 3],
      [512, 5, 9],
    ];
    const lives = new Map<Cells, Life>(
      sizes.map(([bytes, from, to]) => [new Float32Array(0), { bytes, from, to }]),
    );
    expect(layOut(lives).bytes).toBe(1024 + 512 + 256);
  });
});

/** Bytes for one run of a function of float32 cells, beside its arguments and constants. */
function bytesOf(f: (...xs: c.Tensor[]) => c.Tensor, ...shapes: number[][]): number {
  const { inputs, result } = traceOn(
    shapes.map((shape) => c.zeros(shape)),
    (xs) => f(...xs),
  );
  const tape = new Tape(inputs);
  const view = tape.view(result);
  const stages = stagesOf(tape, [[view]], new Set());
  const kept = new Set([view.data]);
  const units = new Units(tape, stages, kept, runtime());
  return placesOf(tape, units, units.ordered(), stages, kept, new Set()).passing.bytes;
}

describe("a program's memory", () => {
  const buffer = 64 * 64 * 4;
  const shape = [64, 64];

  it("has no place for what only a fused kernel knows", () => {
    expect(bytesOf((x) => x.add(1).tanh().mul(x).exp().sub(2), shape)).toBe(buffer);
  });

  it("is used again once nobody reads it any more", () => {
    const layers = (count: number) => (x: c.Tensor) => {
      let h = x;
      for (let i = 0; i < count; i++) h = h.softmax().neg();
      return h;
    };
    const [few, many] = [bytesOf(layers(4), shape), bytesOf(layers(40), shape)];
    expect(many).toBe(few);
    expect(few).toBeLessThanOrEqual(3 * buffer);
  });

  it("is written over by elementwise results in place", () => {
    const apart = (x: c.Tensor) => [x.cumsum({ axis: 1 }), x.softmax()] as const;
    const joined = (x: c.Tensor) => c.add(...apart(x)).cumsum({ axis: 1 });
    expect(bytesOf(joined, shape)).toBe(2 * buffer);
  });

  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const used = () => runtime().cells("bool", 0, 1).buffer.byteLength;
  const mebibyte = 2 ** 20;
  const settled = async () => {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };

  it("is freed when nobody can reach it any more, and so is that of variables", async () => {
    const x = c.ones([mebibyte / 4]);
    const round = (i: number) => {
      const w = c.variable(x);
      expect(
        c.compile((y: c.Tensor) =>
          y
            .mul(w)
            .add(i)
            .slice({ begin: [1] }),
        )(x).data[0],
      ).toBe(1 + i);
    };
    // 4 MiB in each round: 200 MiB were it kept.
    for (let i = 0; i < 50; i++) {
      round(i);
      await settled();
    }
    expect(used()).toBeLessThan(100 * mebibyte);
  });

  it("of shapes that are seen once is not kept for ever", async () => {
    const f = c.compile((x: c.Tensor) => x.add(1).flip().neg());
    for (let i = 0; i < 60; i++) {
      f(c.ones([mebibyte / 4 + i]));
      await settled();
    }
    // 3 MiB for each of the last 16; 180 MiB were all kept.
    expect(used()).toBeLessThan(120 * mebibyte);
  });
});
