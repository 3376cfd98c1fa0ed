import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { loadTrace, record } from "../../src/stepper/index.ts";
import { messageOf } from "../support/message.ts";

const hostile = "</script><script>alert(1)</script>";
const w = c.variable(2, { name: hostile });
const trace = record(() => w.mul(3).square());
const element = `customElements.define("backprop-stepper", X); "</script>"`;

describe("a page with a trace", () => {
  const page = trace.toHTML({ element, title: `A <b> ${hostile}` });

  test("has the trace in it, to the bit", () => {
    const [, json] = /<script type="application\/json" id="trace">(.*?)<\/script>/s.exec(page)!;
    expect(JSON.stringify(loadTrace(json!))).toBe(JSON.stringify(trace));
  });

  test("has three scripts, whatever names and texts say", () => {
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page.match(/<\/script/g)).toHaveLength(3);
    expect(page).not.toContain("<b>");
    expect(page).not.toMatch(/(?:src|href)="/);
  });

  test("opens where the backward pass begins, or at a step", () => {
    expect(page).toContain(`<backprop-stepper step="${trace.turn}">`);
    expect(trace.toHTML({ element, step: 0 })).toContain(`step="0"`);
  });

  test("is refused without the element, and for steps that are not there", () => {
    expect(messageOf(() => trace.toHTML({ element: "" }))).toContain("npm run build");
    expect(messageOf(() => trace.toHTML({ element, step: 99 }))).toContain("step must be below");
  });
});
