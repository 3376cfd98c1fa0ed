/** The folder of this library: that of its sources, or of what was built of them, bundles included. All lie one below. */
export const home = new URL("../", import.meta.url);
