import { describe, expect, it, vi } from "vitest";
import * as c from "../../src/index.ts";

const { customGradient } = c;

/** x · y with a backward of its own, which says of each call what it got. */
const product = (backward = vi.fn()) =>
  customGradient({
    name: "product",
    forward: (x, y) => x!.mul(y!),
    backward: (dy, [x, y]) => {
      backward();
      return [dy.mul(y!), dy.mul(x!)];
    },
  });

const gradients = (y: c.Tensor, ...xs: c.Variable[]) => {
  y.backward();
  return xs.map((x) => x.grad?.toArray());
};

describe("customGradient", () => {
  it("computes forward, and takes the gradient from backward alone", () => {
    const clipped = customGradient({
      name: "clipped",
      forward: (x) => x!.square(),
      backward: (dy) => dy.clip({ min: -1, max: 1 }),
    });
    const x = c.variable([1, 2, 3]);
    const y = clipped(x);
    expect(y.toArray()).toEqual([1, 4, 9]);
    expect(gradients(y.mul([0.5, 5, -5]).sum(), x)).toEqual([[0.5, 1, -1]]);
  });

  it("calls backward once for all inputs of a call", () => {
    const backward = vi.fn();
    const [x, y] = [c.variable(2), c.variable(5)];
    expect(gradients(product(backward)(x, y), x, y)).toEqual([5, 2]);
    expect(backward).toHaveBeenCalledTimes(1);
  });

  it("keeps calls apart that get the same upstream gradient", () => {
    const f = product();
    const [a, b] = [c.variable(2), c.variable(3)];
    // Both terms of a sum get its upstream gradient, the same tensor.
    expect(gradients(f(a, 10).add(f(b, 100)), a, b)).toEqual([10, 100]);
  });

  it("keeps backward passes apart", () => {
    const x = c.variable(2);
    const y = product()(x, 3);
    y.backward();
    y.backward({ upstream: c.tensor(10) });
    expect(x.grad?.item()).toBe(33);
  });

  it("is differentiated further through the ops of backward", () => {
    // The rule says that the slope of the identity is x², so the second derivative is 2x.
    const odd = customGradient({
      name: "odd",
      forward: (x) => x!.mul(1),
      backward: (dy, [x]) => dy.mul(x!.square()),
    });
    const slope = c.grad((x) => odd(x!));
    expect(slope(c.tensor(3)).item()).toBe(9);
    expect(
      c
        .grad((x) => slope(x!))(c.tensor(3))
        .item(),
    ).toBe(6);
  });

  it("is one node with its name and formula, also on symbolic tensors", () => {
    const f = customGradient({
      name: "twice",
      forward: (x) => x!.mul(2),
      backward: (dy) => dy.mul(2),
      tex: "2 \\cdot #dy",
    });
    const y = f(c.placeholder([null, 3]));
    expect(String(y)).toBe("Tensor(float32, [None, 3]) symbolic, made by twice");
    const w = c.variable(1, { name: "w" });
    const [, step] = [...c.backwardSteps(f(w))];
    expect(step!.explain()).toContain("grad(xs) = 2 · ȳ");
  });
});

describe("bad custom gradients", () => {
  const withBackward = (backward: () => unknown) =>
    customGradient({ name: "bad", forward: (x) => x!.mul(2), backward: backward as never });

  it.each<[string, () => unknown, RegExp]>([
    [
      "too few gradients",
      () => withBackward(() => [])(c.variable(1)).backward(),
      /^backward of bad must give one gradient per input: expected 1, received 0$/,
    ],
    [
      "too many gradients",
      () => withBackward(() => [c.tensor(1), c.tensor(1)])(c.variable(1)).backward(),
      /one gradient per input: expected 1, received 2$/,
    ],
    [
      "a gradient of another shape",
      () => withBackward(() => c.tensor([1, 2]))(c.variable(1)).backward(),
      /^bad: the gradient rule of xs must give the shape of that input, \[\]; it gave \[2\]/,
    ],
    [
      "a number for a gradient",
      () => withBackward(() => 3)(c.variable(1)).backward(),
      /^backward of bad must give tensors; received 3$/,
    ],
    [
      "a result that is no tensor",
      () => customGradient({ name: "bad", forward: () => 3 as never, backward: (dy) => dy })(1),
      /^bad: forward must give a tensor; it gave 3; received xs\[0\] \[\]$/,
    ],
    [
      "a forward that fails: it says where",
      () =>
        customGradient({ name: "bad", forward: (x) => x!.matmul([[1, 2]]), backward: (dy) => dy })([[1, 2]]),
      /^bad: matmul: a has 2 columns and b has 1 rows; they must be equal; received a \[1, 2\], b \[1, 2\]$/,
    ],
    ["no inputs", () => product()(), /^product: expected at least one tensor; received none$/],
    [
      "what is no input",
      () => product()(1, "2" as never),
      /^product, xs\[1\]: expected a tensor.*received "2"$/,
    ],
    [
      "a name that is none",
      () => customGradient({ name: "", forward: (x) => x!, backward: (dy) => dy }),
      /^customGradient: name must be a string, not empty; received ""$/,
    ],
    [
      "no backward",
      () => customGradient({ name: "bad", forward: (x: c.Tensor) => x } as never),
      /^customGradient: backward must be a function; received undefined$/,
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(c.ChainruleError);
    expect(run).toThrow(message);
  });
});
