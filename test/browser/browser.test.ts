import { afterAll, beforeAll, describe, test } from "vitest";
import { executable, pages, Tester } from "./browser.ts";
import * as inside from "./inside.ts";

const missing = executable === undefined;
if (missing)
  console.log("No tests in a browser: Chromium is not installed, or name it in the variable CHROMIUM.");

describe.skipIf(missing)("in Chromium", () => {
  let tester: Tester;
  beforeAll(async () => {
    tester = await Tester.start("test/browser/inside.ts");
  }, 60_000);
  afterAll(async () => {
    await tester.close();
  });

  describe.each(pages)("on the page %s", (page) => {
    test.each(Object.keys(inside))(
      "%s",
      async (name) => {
        await tester.run(name, page);
      },
      60_000,
    );
  });
});
