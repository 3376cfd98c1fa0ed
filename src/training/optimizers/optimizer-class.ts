import { type ConfiguredClass, withOptions } from "../../config/configurable.ts";
import type { AttrSpecs } from "../../ops/attributes.ts";
import { Optimizer } from "./optimizer.ts";
import { type CommonSpecs, commonSpecs } from "./specs.ts";

/**
 * A base class for an optimizer with options of its own, declared once: their types, defaults and checks, and what files
 * hold, follow. They include `learningRate` with its default; those that all optimizers have are added. `positional`
 * names the options that may be given without their names, in that order.
 */
export function optimizerClass<const S extends AttrSpecs, const P extends readonly (keyof S & string)[]>(
  className: string,
  positional: P,
  specs: S,
): ConfiguredClass<CommonSpecs & S, P, Optimizer> {
  const all = { ...commonSpecs(className), ...specs } as CommonSpecs & S;
  const Base = withOptions(Optimizer, className, positional, all);
  abstract class Named extends (Base as object as abstract new (...args: never) => Optimizer) {
    // The options say how the optimizer was made; its own answer knows the learning rate as it is now.
    override getConfig(): Record<string, unknown> {
      return Optimizer.prototype.getConfig.call(this);
    }
  }
  return Named as object as ConfiguredClass<CommonSpecs & S, P, Optimizer>;
}
