/** This package's folder, seen from where this file is compiled to. */
export const folder = new URL("../../../", import.meta.url);
