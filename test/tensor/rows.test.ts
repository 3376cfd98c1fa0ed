import { expect, it } from "vitest";
import { dtypes } from "../../src/dtype.ts";
import { arange, gather, type Tensor } from "../../src/index.ts";
import { Rows } from "../../src/tensor/rows.ts";

const order = Int32Array.of(3, 0, 0, 2);

it.each(dtypes)("are what gather gives: %s", (dtype) => {
  const whole = arange(0, 24).reshape([4, 3, 2]).cast(dtype);
  for (const source of [whole, whole.reshape([4, 6]), arange(0, 4).cast(dtype)] as Tensor[]) {
    const wanted = gather(source, [...order].map(Number), 0);
    const rows = new Rows(source, order);
    expect([rows.shape, rows.dtype, rows.symbolic]).toEqual([wanted.shape, dtype, false]);
    const cells = new (wanted.data.constructor as Float32ArrayConstructor)(wanted.size);
    rows.writeTo(cells);
    expect(cells).toEqual(wanted.data);
    expect(rows.data).toEqual(wanted.data);
    expect(rows.data).toBe(rows.data);
    expect(String(rows)).toBe(String(wanted));
  }
});
