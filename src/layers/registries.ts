import { createRegistry } from "../config/registry.ts";
import * as constraintClasses from "./constraints.ts";
import { Constraint } from "./constraints.ts";
import * as initializerClasses from "./initializers.ts";
import { Initializer } from "./initializers.ts";
import * as regularizerClasses from "./regularizers.ts";
import { Regularizer } from "./regularizers.ts";

/** Initializers by name: `initializers.get("he_normal")`. */
export const initializers = createRegistry(
  "initializer",
  "keras.initializers",
  initializerClasses,
  Initializer,
  {
    normal: "RandomNormal",
    uniform: "RandomUniform",
    one: "Ones",
    zero: "Zeros",
  },
);

/** Regularizers by name: `regularizers.get("l2")`. */
export const regularizers = createRegistry(
  "regularizer",
  "keras.regularizers",
  regularizerClasses,
  Regularizer,
);

/** Constraints by name: `constraints.get("max_norm")`. */
export const constraints = createRegistry("constraint", "keras.constraints", constraintClasses, Constraint);
