import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { lessons, variedSource } from "chainrule/stepper";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "../../src/cli/lessons.ts";
import { executable } from "./browser.ts";

describe.skipIf(executable === undefined)("the lessons page in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-site-"));
  let server: Server;
  let browser: Browser;
  let home: string;

  beforeAll(async () => {
    execFileSync(process.execPath, ["--import", "tsx", "scripts/site.ts", folder], { stdio: "pipe" });
    server = await serve(pathToFileURL(`${folder}/`), 0);
    home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page and closes it in the end. Nothing may be asked of another host, and no script may fail. */
  async function visit(
    fragment: string,
    act: (page: Page) => Promise<void>,
    options: Parameters<Browser["newContext"]>[0] = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("requestfinished", (request) => {
      if (!request.url().startsWith(home)) complaints.push(request.url());
    });
    try {
      await page.goto(home + fragment);
      await act(page);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const stepOf = (page: Page): Promise<number> =>
    page.locator("backprop-stepper").evaluate((element) => (element as unknown as { step: number }).step);
  const words = (page: Page) => page.locator("backprop-stepper .words").innerText();
  const ready = (page: Page) => page.locator("backprop-stepper .words").waitFor();
  const type = (page: Page, source: string) => page.getByRole("textbox", { name: /^Program/ }).fill(source);
  const sourceOf = (page: Page) => page.getByRole("textbox", { name: /^Program/ }).inputValue();
  const run = (page: Page) => page.getByRole("button", { name: "Run", exact: true }).click();

  test("all lessons are listed, and each opens at its first question, without its outcome", async () => {
    await visit("", async (page) => {
      for (const { title, name, questions, source } of lessons) {
        await page.goto(home);
        await page.getByRole("heading", { name: title }).click();
        await ready(page);
        expect(page.url()).toBe(`${home}#lesson=${name}`);
        await page.getByText(`Predict 1 of ${questions.length}`).waitFor();
        expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(title);
        const photos = page.locator(".photos img");
        expect(await photos.count()).toBe(source.includes("eightImages") ? 8 : 0);
        for (const photo of await photos.all())
          expect(await photo.getAttribute("src")).toMatch(/^data:image/);
      }
    });
  }, 120_000);

  test("a wrong answer is answered, and the step is shown", async () => {
    await visit("#lesson=neuron", async (page) => {
      await ready(page);
      expect(await words(page)).toBe("square is computed");
      await page.getByLabel("not known yet").check();
      await page.getByRole("button", { name: "Answer" }).click();
      await page.getByText("✓ Right: not known yet").waitFor();
      expect(await stepOf(page)).toBe(5);

      await page.getByRole("button", { name: "Next question" }).click();
      expect(await stepOf(page)).toBe(5);
      await page.getByLabel("+", { exact: true }).check();
      await page.getByRole("button", { name: "Answer" }).click();
      await page.getByText("✗ Not so: −").waitFor();
      expect(await stepOf(page)).toBe(6);

      await page.getByRole("button", { name: "Next question" }).click();
      await page.getByLabel("Your answer").fill("-2.44");
      await page.getByLabel("Your answer").press("Enter");
      await page.getByText("✓ Right: −2.437").waitFor();
      expect(await words(page)).toContain("back through silu");
    });
  }, 60_000);

  test("keys go through the steps, and the line of the step is lit", async () => {
    await visit("#lesson=neuron&step=0", async (page) => {
      await ready(page);
      const lit = () => page.locator(".line.lit").innerText();
      expect(await lit()).toContain("w.mul(x)");
      await page.keyboard.press("ArrowRight");
      expect(await stepOf(page)).toBe(1);
      // These belong to the stepper only once one is in it.
      await page.keyboard.press("End");
      expect(await stepOf(page)).toBe(1);
      await page.locator("backprop-stepper .words").click();
      await page.keyboard.press("End");
      expect(await stepOf(page)).toBe(11);
      await page.keyboard.press("Shift+ArrowLeft");
      expect(await stepOf(page)).toBe(10);
      await page.keyboard.press("Home");
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Shift+ArrowRight");
      expect(await stepOf(page)).toBe(2);
      expect(await lit()).toContain("swish(a)");
    });
  }, 60_000);

  test("questions can be answered with keys alone", async () => {
    await visit("#lesson=twice", async (page) => {
      await ready(page);
      await page.locator("fieldset").focus();
      for (const key of ["Tab", "ArrowDown", "Enter"]) await page.keyboard.press(key);
      await page.getByText("✓ Right: no: more has to arrive").waitFor();
      // The way on has the focus, and then the next question.
      await page.keyboard.press("Enter");
      await page.getByText("Predict 2 of 4").waitFor();
      for (const key of ["Tab", "Space", "Enter"]) await page.keyboard.press(key);
      await page.getByText("✗ Not so: no: what arrives").waitFor();
    });
  }, 60_000);

  test("an edited program is run, and its questions are judged anew", async () => {
    await visit("#lesson=neuron", async (page) => {
      await ready(page);
      await type(page, (await sourceOf(page)).replace("y: 2", "y: -2"));
      expect(await page.locator(".line.lit").count()).toBe(0);
      expect(await page.locator(".line.changed").innerText()).toContain("y: -2");
      await page.getByRole("textbox", { name: /^Program/ }).press("Control+Enter");
      await page.getByText("loss 6.97, before 1.85").waitFor();
      await page.getByRole("button", { name: "Next question" }).click();
      await page.getByLabel("+", { exact: true }).check();
      await page.getByRole("button", { name: "Answer" }).click();
      await page.getByText("✓ Right: +").waitFor();
    });
  }, 60_000);

  test("a mistake is shown at its line, and what was there stays", async () => {
    await visit("#lesson=neuron", async (page) => {
      await ready(page);
      await type(page, (await sourceOf(page)).replace("error.square()", "error.sqare()"));
      await run(page);
      await page.getByRole("alert").filter({ hasText: "line 14: error.sqare is not a function" }).waitFor();
      expect(await page.locator(".line.wrong").innerText()).toContain("sqare");
      expect(await words(page)).toBe("square is computed");
    });
  }, 60_000);

  const endless =
    'import { variable } from "chainrule";\nwhile (true) {}\nexport const loss = () => variable(1).square();\n';

  test("a loop without an end is stopped, by the reader or after a time", async () => {
    await visit("#lesson=neuron", async (page) => {
      await ready(page);
      await page.clock.install();
      const before = await sourceOf(page);
      await type(page, endless);
      await run(page);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("alert").filter({ hasText: "the program was stopped" }).waitFor();

      await run(page);
      await page.getByText("Running …").first().waitFor();
      await page.clock.fastForward(19_000);
      expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(1);
      await page.clock.fastForward(2000);
      await page.getByRole("alert").filter({ hasText: "it took longer than 20 seconds" }).waitFor();

      await type(page, before);
      await run(page);
      await page.getByText("12 steps").waitFor();
    });
  }, 60_000);

  test("a link with a program shows it and runs nothing until it is asked to", async () => {
    let address = "";
    const own =
      'import { variable } from "chainrule";\nconst w = variable(3, { name: "w" });\nexport const loss = () => w.square(); // é\n';
    await visit(
      "#lesson=neuron",
      async (page) => {
        await ready(page);
        await type(page, own);
        await run(page);
        await page.getByText(/^2 steps|^3 steps/).waitFor();
        await page.keyboard.press("Escape");
        await page.locator("backprop-stepper").evaluate((element) => {
          (element as unknown as { last(): void }).last();
        });
        await page.getByRole("button", { name: "Copy link" }).click();
        await page.getByText("The link is copied.").waitFor();
        address = await page.evaluate(() => navigator.clipboard.readText());
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]+&step=2$/);
    await visit(address.slice(home.length), async (page) => {
      await page.getByText("Nothing of it has run").waitFor();
      expect(await sourceOf(page)).toBe(own);
      await page.waitForTimeout(500);
      expect(await page.locator("backprop-stepper").count()).toBe(0);
      await run(page);
      await ready(page);
      expect(await stepOf(page)).toBe(2);
    });
  }, 60_000);

  test("a link that is damaged, or unpacks to too much, is refused", async () => {
    for (const code of ["!!", "AAAA", "7cEBDQAAAMKg909tDjegAAAAAAAAAAAAAAAA"]) {
      await visit(`#code=${code}`, async (page) => {
        await page
          .getByRole("alert")
          .filter({ hasText: "the program in this link cannot be read" })
          .waitFor();
      });
    }
    await visit("", async (page) => {
      const bomb = await page.evaluate(async () => {
        const stream = new Blob(["x".repeat(5_000_000)])
          .stream()
          .pipeThrough(new CompressionStream("deflate-raw"));
        const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      });
      await page.goto(`${home}#code=${bomb.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`);
      await page.getByRole("alert").filter({ hasText: "more than 100000 characters" }).waitFor();
    });
    await visit("#lesson=nothing", async (page) => {
      await page.getByRole("alert").filter({ hasText: "there is no lesson “nothing”" }).waitFor();
    });
  }, 60_000);

  test("a program reaches neither the page nor the network", async () => {
    const source = (body: string) =>
      `import { variable } from "chainrule";\nconst w = variable(1, { name: "w" });\n${body}\nexport const loss = () => w.square();\n`;
    await visit("#lesson=neuron", async (page) => {
      await ready(page);
      for (const name of [
        "fetch",
        "XMLHttpRequest",
        "WebSocket",
        "Worker",
        "importScripts",
        "indexedDB",
        "document",
        "window",
      ]) {
        await type(page, source(`if (typeof ${name} !== "undefined") throw new Error("there is ${name}");`));
        await run(page);
        await page.getByText(/steps; loss 1/).waitFor();
        expect(await page.getByRole("alert").count()).toBe(0);
      }
      // An import cannot be taken away from a program: the server's header forbids it.
      let calls = 0;
      const elsewhere = createServer((_, response) => {
        calls++;
        response
          .writeHead(200, { "Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*" })
          .end();
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
      const { port } = elsewhere.address() as AddressInfo;
      const wait = "for (const end = Date.now() + 1000; Date.now() < end;);";
      await type(page, source(`import("http://127.0.0.1:${port}/x.js").catch(() => {});\n${wait}`));
      await run(page);
      await page.getByText("Running …").first().waitFor();
      await page.getByText(/steps; loss 1/).waitFor();
      elsewhere.close();
      expect(calls).toBe(0);
    });
  }, 60_000);

  test("variations are predicted, run, and compared with the program before", async () => {
    const depth = lessons.find(({ name }) => name === "depth")!;
    const variation = depth.variations.find(({ title }) => title === "Large weights")!;
    await visit("#lesson=depth", async (page) => {
      await ready(page);
      await page.getByRole("button", { name: variation.title, exact: true }).click();
      await page.getByText("Predict 1 of 1").waitFor();
      expect(await sourceOf(page)).toBe(variedSource(depth, variation));
      expect(await page.locator(".comparison").count()).toBe(0);
      await page.getByLabel("it explodes").check();
      await page.getByRole("button", { name: "Answer" }).click();
      await page.getByText("✓ Right: it explodes").waitFor();
      await page.locator(".comparison svg").waitFor();
    });
  }, 60_000);

  describe.each([
    { width: 1280, colorScheme: "light" },
    { width: 1280, colorScheme: "dark" },
    { width: 390, colorScheme: "light" },
    { width: 390, colorScheme: "dark" },
  ] as const)("$width pixels wide, $colorScheme", ({ width, colorScheme }) => {
    test.each(["", "#lesson=neuron", "#lesson=convnet"])(
      "axe finds nothing on the page %s",
      async (fragment) => {
        await visit(
          fragment,
          async (page) => {
            await page.getByRole("heading", { level: 1 }).waitFor();
            if (fragment !== "") {
              await ready(page);
              await page.getByRole("button", { name: "Show me" }).click();
            }
            await page.evaluate(axe.source);
            const found = await page.evaluate("axe.run({ resultTypes: ['violations'] })");
            const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
            expect(
              violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]),
            ).toEqual([]);
            const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
            expect(overflow).toBeLessThanOrEqual(0);
          },
          { viewport: { width, height: 844 }, colorScheme },
        );
      },
      60_000,
    );
  });
});
