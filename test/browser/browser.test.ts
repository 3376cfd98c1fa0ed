import { afterAll, beforeAll, describe, test } from "vitest";
import { executable, type Page, pages, Tester } from "./browser.ts";
import * as inside from "./inside.ts";
import * as training from "./training.ts";

const missing = executable === undefined;
if (missing)
  console.log("No tests in a browser: Chromium is not installed, or name it in the variable CHROMIUM.");

/** Runs every export of a file as a test on each of some pages. */
function suite(file: string, exports: object, on: readonly Page[]): void {
  describe.skipIf(missing)(`in Chromium, ${file}`, () => {
    let tester: Tester;
    beforeAll(async () => {
      tester = await Tester.start(`test/browser/${file}`);
    }, 60_000);
    afterAll(async () => {
      await tester.close();
    });

    describe.each(on)("on the page %s", (page) => {
      test.each(Object.keys(exports))(
        "%s",
        async (name) => {
          await tester.run(name, page);
        },
        60_000,
      );
    });
  });
}

suite("inside.ts", inside, pages);
suite(
  "training.ts",
  training,
  pages.filter((page) => page !== "strict"),
);
