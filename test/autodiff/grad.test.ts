import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const f64 = (value: c.TensorLike) => c.tensor(value, { dtype: "float64" });

describe("grad", () => {
  it("gives one gradient for one argument, an array for several", () => {
    expect(
      c
        .grad((x: c.Tensor) => x.square())(3)
        .item(),
    ).toBe(6);
    const [dw, db] = c.grad((w: c.Tensor, b: c.Tensor) => w.mul(b))(2, 5) as c.Tensor[];
    expect([dw?.item(), db?.item()]).toEqual([5, 2]);
  });

  it("differentiates gradients, to any order", () => {
    let f = (x: c.Tensor) => x.pow(5);
    const orders = [];
    for (let i = 0; i < 6; i++) {
      orders.push(f(f64(2)).item());
      f = c.grad<[c.Tensor]>(f);
    }
    expect(orders).toEqual([32, 80, 160, 240, 240, 120]);
  });

  it("nests without annotations", () => {
    const cube = (x: c.Tensor) => x.pow(3);
    expect(c.grad(c.grad(cube))(f64(2)).item()).toBe(12);
    expect(
      c
        .grad(c.grad(c.grad(cube)))(2)
        .item(),
    ).toBe(6);
    const [a, b] = c.grad((w: c.Tensor, x: c.Tensor) => w.mul(x))(2, 3);
    expect([a?.item(), b?.item()]).toEqual([3, 2]);
  });

  it("differentiates through an inner gradient in an outer variable (d/dx of d/dy)", () => {
    const mixed = c.grad((x: c.Tensor) => c.grad((y: c.Tensor) => x.square().mul(y.pow(3)))(2));
    // d²(x² y³)/dx dy = 6 x y²
    expect(mixed(f64(5)).item()).toBe(120);
  });

  it("takes a gradient penalty on weights that the inner function closes over", () => {
    const w = c.variable(3, { dtype: "float64" });
    const slope = c.grad((x: c.Tensor) => w.mul(x.square()))(f64(2));
    slope.square().backward();
    // slope = 2wx, penalty 4w²x², d/dw = 8wx²
    expect(w.grad?.item()).toBe(96);
  });

  it("records nothing when nobody outside wants it", () => {
    const slope = c.grad((x: c.Tensor) => x.square())(3);
    expect(slope.tracked).toBe(false);
  });

  it("works inside noGrad, and leaves no trace there", () => {
    const w = c.variable(3);
    const slope = c.noGrad(() => c.grad((x: c.Tensor) => x.mul(w))(2));
    expect(slope.item()).toBe(3);
    expect(slope.tracked).toBe(false);
  });

  it("gives zeros where nothing flows", () => {
    const [da, db] = c.grad((a: c.Tensor, _b: c.Tensor) => a.mul(2))(1, [1, 2]) as c.Tensor[];
    expect(da?.item()).toBe(2);
    expect(db?.toArray()).toEqual([0, 0]);
    expect(
      c
        .grad((x: c.Tensor) => c.cast(x.greater(0), "float32").sum())([1, 2])
        .toArray(),
    ).toEqual([0, 0]);
  });

  it("says what is wrong with a function that returns no scalar", () => {
    expect(() => c.grad((x: c.Tensor) => x.mul(2))([1, 2])).toThrow(
      /must return a scalar; it returned \[2\].*Sum it/,
    );
    expect(() => c.grad((_x: c.Tensor) => 3 as never)(1)).toThrow(
      /must return a float tensor; it returned 3/,
    );
    expect(() => c.grad(() => c.tensor(1))()).toThrow(/at least one argument/);
  });

  it("works on symbolic tensors: the walk is the derivative graph", () => {
    const x = c.placeholder([]);
    const slope = c.grad((u: c.Tensor) => u.pow(3))(x);
    expect(slope.symbolic).toBe(true);
    expect(slope.shape).toEqual([]);
  });
});

describe("gradients", () => {
  it("reaches intermediate tensors, and both of two that depend on each other", () => {
    const x = c.variable(2);
    const h = x.square();
    const y = h.mul(5).add(x);
    expect(c.gradients(y, [h, x]).map((g) => g.item())).toEqual([5, 21]);
    expect(x.grad).toBeUndefined();
  });
});

describe("jvp, jacobian, hessian", () => {
  it("jvp is J·v of several arguments", () => {
    const [y, tangent] = c.jvp((a: c.Tensor, b: c.Tensor) => a.mul(b))(
      [f64([1, 2]), f64([3, 4])],
      [f64([1, 0]), f64([0, 1])],
    );
    expect(y.toArray()).toEqual([3, 8]);
    expect(tangent.toArray()).toEqual([3, 2]);
  });

  it("jacobian has a row per cell of the result", () => {
    const j = c.jacobian((x: c.Tensor) => x.square().sum(1))(
      f64([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(j.shape).toEqual([2, 2, 2]);
    expect(j.toArray()).toEqual([
      [
        [2, 4],
        [0, 0],
      ],
      [
        [0, 0],
        [6, 8],
      ],
    ]);
    expect(
      c
        .jacobian((x: c.Tensor) => x)(f64(3))
        .item(),
    ).toBe(1);
  });

  it("hessian of a quadratic form is its symmetric matrix", () => {
    const a = f64([
      [2, 1],
      [0, 3],
    ]);
    const form = (x: c.Tensor) => x.matmul(a).matmul(x);
    expect(
      c
        .hessian(form)(f64([1, 2]))
        .toArray(),
    ).toEqual([
      [4, 1],
      [1, 6],
    ]);
  });

  it("jacobian of a gradient is the hessian, also inside an outer grad", () => {
    const trace = (x: c.Tensor) =>
      c
        .hessian((u: c.Tensor) => u.pow(3).sum())(x)
        .sum();
    // Σ 6 x_i, whose gradient is 6
    expect(
      c
        .grad(trace)(f64([1, 2]))
        .toArray(),
    ).toEqual([6, 6]);
  });
});
