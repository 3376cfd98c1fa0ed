import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coordinate, element } from "../../src/plot/svg.ts";
import { parseXml, textOf } from "./xml.ts";

describe("element", () => {
  test("any text comes back from the XML, except what XML forbids", () => {
    const readable = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(readable, readable, (value, text) => {
        const { attributes, children } = parseXml(element("text", { value }, text).xml);
        const allowed = (s: string) =>
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
          s.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
        expect(attributes.value).toBe(allowed(value));
        expect(children.join("")).toBe(allowed(text));
      }),
    );
  });

  test("nested markup is not escaped again, text beside it is", () => {
    expect(textOf(parseXml(element("a", {}, element("b", {}, "<&>"), "]]>").xml))).toBe("<&>]]>");
  });

  test("leaves out attributes that are undefined", () => {
    expect(element("a", { x: undefined, y: 1.005 }).xml).toBe('<a y="1"/>');
  });
});

test("coordinates have two decimals at most and no negative zero", () => {
  expect([1 / 3, -0.001, -0, 2, 1.999].map(coordinate)).toEqual(["0.33", "0", "0", "2", "2"]);
});
