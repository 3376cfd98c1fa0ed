import type { ConvGeometry, Padding } from "../../geometry.ts";
import { conv2d, conv2dFilter, conv2dInput } from "../../ops/conv.ts";
import { noGrad } from "../../ops/recording.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Trace } from "../trace/trace.ts";
import { convolutionOf, shapeOf } from "../windows/convolution.ts";
import type { Role } from "../windows/taps.ts";
import { arrivedAt, returnOf, sentTo } from "./gradients.ts";
import type { Absent } from "./scene.ts";
import { ensureDrawable, noValues, type Values, valuesOf, wholeValues } from "./values.ts";

/** A tensor in its role, with its name in the panel. */
export interface Part {
  readonly name: string;
  readonly values: Values;
}

/** One of the three sums of a convolution: which role it gives, and of which two it is made. */
export interface Sum {
  readonly target: Role;
  readonly parts: Readonly<Record<Role, Part>>;
  /** Whether the trace has its result; else it was computed for the panel. */
  readonly recorded: boolean;
}

/** A convolution of a trace. */
export interface ConvolutionSubject {
  readonly geometry: ConvGeometry;
  readonly padding: Padding;
  /** Result first. */
  readonly targets: readonly { readonly role: Role; readonly name: string; readonly slot: number }[];
  /** The result is in this role. */
  readonly result: Role;
  sum(target: Role): Sum | Absent;
}

const slotNames: Readonly<Record<string, string>> = { x: "X", filter: "W", u: "U" };

/** The engine's own sum over two whole tensors. */
function computed(g: ConvGeometry, padding: Padding, target: Role, given: Readonly<Record<Role, Tensor>>) {
  const [strides, dilationRate] = [
    [g.height.stride, g.width.stride] as const,
    [g.height.dilation, g.width.dilation] as const,
  ];
  const how = { strides, padding, dilationRate, groups: g.groups };
  const { x, filter, y } = given;
  return noGrad(() => {
    if (target === "y") return conv2d(x, filter, how);
    if (target === "x") return conv2dInput(y, filter, { ...how, size: [g.height.input, g.width.input] });
    return conv2dFilter(x, y, { ...how, kernel: [g.height.kernel, g.width.kernel] });
  });
}

/** The convolution that a node of a trace is, with what is known at a step; none if it is no convolution. */
export function convolutionSubject(
  trace: Trace,
  node: number,
  index: number,
): ConvolutionSubject | undefined {
  const { op, attributes, inputs, slots } = trace.nodes[node]!;
  const record = (of: number) => trace.tensors[trace.nodes[of]!.tensor]!;
  const shapes = inputs.map((input) => record(input).shape);
  const convolution = convolutionOf(op ?? "", attributes, shapes, record(node).shape);
  if (convolution === undefined) return undefined;
  const { geometry, inputs: roles, result } = convolution;
  ensureDrawable([geometry.height, geometry.width]);
  const padding: Padding = attributes.padding === "same" ? "same" : "valid";
  const nameOf = (slot: number) => slotNames[slots[slot]!] ?? "X";
  const values = new Map<number, Values>();
  const valuesIn = (of: number): Values => {
    const known = values.get(of) ?? valuesOf(record(of));
    values.set(of, known);
    return known;
  };
  const forward = (): Sum => ({
    target: result,
    recorded: true,
    parts: {
      [result]: { name: "Y", values: valuesIn(node) },
      [roles[0]]: { name: nameOf(0), values: valuesIn(inputs[0]!) },
      [roles[1]]: { name: nameOf(1), values: valuesIn(inputs[1]!) },
    } as Record<Role, Part>,
  });
  const backward = (slot: number): Sum | Absent => {
    const upstream = arrivedAt(trace, index, node);
    if (upstream === undefined) {
      return {
        absent: "The gradient of Y has not arrived yet: the backward pass comes here later.",
        step: returnOf(trace, node),
      };
    }
    const [target, other] = [roles[slot]!, roles[1 - slot]!];
    const factors = {
      [result]: { name: "dY", values: valuesOf(upstream) },
      [other]: { name: nameOf(1 - slot), values: valuesIn(inputs[1 - slot]!) },
    } as Record<Role, Part>;
    const sent = sentTo(trace, node, slot);
    const given = {
      x: factors.x?.values.tensor,
      y: factors.y?.values.tensor,
      filter: factors.filter?.values.tensor,
    };
    const whole = factors[result].values.whole && factors[other].values.whole;
    const outcome = () =>
      whole
        ? wholeValues(computed(geometry, padding, target, given as Record<Role, Tensor>))
        : noValues(shapeOf(geometry, target));
    const own = { name: `d${nameOf(slot)}`, values: sent ? valuesOf(sent.record) : outcome() };
    return { target, recorded: sent !== undefined, parts: { ...factors, [target]: own } };
  };
  const targets = [
    { role: result, name: "Y", slot: -1 },
    ...roles.map((role, slot) => ({ role, name: `d${nameOf(slot)}`, slot })),
  ];
  const sums = new Map<Role, Sum | Absent>();
  return {
    geometry,
    padding,
    targets,
    result,
    sum: (target) => {
      const known = sums.get(target) ?? (target === result ? forward() : backward(roles.indexOf(target)));
      sums.set(target, known);
      return known;
    },
  };
}
