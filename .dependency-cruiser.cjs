// The floors of the house, bottom to top. A file may import from its own floor and from those below it.
// Each entry is a path under src/; a new folder gets its place here, and every rule below follows from this list.
const floors = [
  ["errors.ts", "dtype.ts", "shape.ts", "view.ts", "geometry.ts", "random.ts", "tex.ts", "mathml.ts"],
  ["kernels/"],
  ["tensor/"],
  ["ops/"],
  ["autodiff/", "compile/"],
  ["config/"],
  ["activations/", "layers/"],
  ["models/", "training/", "formats/", "datasets/", "plot/"],
  // The stepper runs programs that import from the index.
  ["keras.ts", "index.ts", "stepper/", "cli.ts", "cli/"],
];

// What each part may take from npm and from Node; the first entry holds for all of src/.
const guests = [
  { path: "", packages: ["ndarray", "ndarray-ops", "seedrandom"], node: false },
  { path: "datasets/", packages: [], node: true },
  { path: "cli", packages: [], node: true },
  { path: "stepper/web/", packages: ["lit"], node: false },
  { path: "stepper/panels/", packages: ["lit"], node: false },
  { path: "stepper/site/", packages: ["lit"], node: false },
];

const escaped = (path) => path.replaceAll(".", "\\.");
const under = (paths) =>
  `^src/(${paths.map((path) => escaped(path) + (path.endsWith("/") ? "" : "$")).join("|")})`;
const inSource = (path) => `^src/${escaped(path)}`;
const nodePackages = (names) => `(^|/)node_modules/(@types/)?(${names.join("|")})/`;
const own = guests.slice(1).map(({ path }) => inSource(path));
const everyone = guests[0];

const upward = floors.slice(0, -1).map((floor, i) => ({
  name: `no-way-up-from-${floor[0].replace(/\/|\.ts$/, "")}`,
  comment: "Imports go down only: move what both need to a lower floor.",
  severity: "error",
  from: { path: under(floor) },
  to: { path: under(floors.slice(i + 1).flat()) },
}));

const visits = guests.flatMap(({ path, packages, node }) => {
  const from = { path: inSource(path), ...(path === "" && { pathNot: own }) };
  const rule = (name, comment, to) => ({
    name: `${name}-in-${path || "core"}`,
    comment,
    severity: "error",
    from,
    to,
  });
  const unknown = {
    path: "node_modules/",
    pathNot: nodePackages([...everyone.packages, ...packages]),
  };
  const rules = [
    rule("no-unlisted-package", "Only the packages listed in guests may be imported here.", unknown),
  ];
  if (!node) {
    rules.push(
      rule("no-node", "The core runs in browsers too: no node: modules.", { dependencyTypes: ["core"] }),
    );
  }
  return rules;
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...upward,
    ...visits,
    {
      name: "no-cycle",
      comment: "Two modules that need each other are one idea, or a third is missing below both.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphan",
      comment: "Nothing imports this file and it imports nothing: remove it or use it.",
      severity: "error",
      // Declarations of a package's types are found without an import.
      from: { orphan: true, pathNot: "\\.d\\.ts$" },
      to: {},
    },
    {
      name: "no-homeless",
      comment: "This file stands on no floor: give it a place in the list of floors.",
      severity: "error",
      from: {},
      to: { path: "^src/", pathNot: under(floors.flat()) },
    },
    {
      name: "no-outside",
      comment: "The sources may not import tests, scripts or examples.",
      severity: "error",
      from: { path: "^src/" },
      to: { pathNot: ["^src/", "node_modules/"], dependencyTypesNot: ["core"], couldNotResolve: false },
    },
    {
      name: "no-unresolved",
      comment: "This import leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // AssemblyScript, a language of its own.
    exclude: { path: "^src/kernels/wasm/assembly/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count as well: a cycle of ideas is a cycle.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
