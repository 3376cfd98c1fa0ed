/**
 * The element `<backprop-stepper>`. Importing this module registers it.
 *
 * @module chainrule/stepper/element
 */
// The curves of activations are computed with methods of tensors.
import "../../autodiff/methods.ts";
import "../../ops/fluent.ts";
// It registers itself.
import "../panels/window-panel.ts";
import { Outline } from "./outline.ts";
import { BackpropStepper } from "./stepper.ts";
import { TensorView } from "./tensor-view.ts";

/** Registers an element, unless a second copy of this module already has. */
function register(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}

register("backprop-tensor", TensorView);
register("backprop-outline", Outline);
register("backprop-stepper", BackpropStepper);

export type { AnswerDetail, BackpropStepperElement, StepDetail } from "./element.ts";
