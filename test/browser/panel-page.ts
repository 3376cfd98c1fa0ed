import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { executable } from "./browser.ts";

/** What the page runs: the element, and traces from their JSON. */
const entry = `
import { loadTrace } from "./src/stepper/trace/load.ts";
import "./src/stepper/panels/window-panel.ts";
window.sent = [];
addEventListener("go", ({ detail }) => window.sent.push(detail));
window.show = (json, index) => {
  const panel = document.querySelector("window-panel");
  panel.trace = loadTrace(json);
  panel.index = index;
  return panel.updateComplete;
};`;

const address = "http://panel.test/";

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>panel</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A panel</h1><h2>Windows</h2><window-panel></window-panel></main><script type="module" src="page.js"></script></body></html>`;

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface View {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly motion?: "reduce" | "no-preference";
}

/** A page with the element in it. */
export class PanelPage {
  readonly page: Page;
  readonly panel: Locator;
  /** Errors that nobody caught. */
  readonly problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    this.panel = page.locator("window-panel");
    page.on("pageerror", (error) => this.problems.push(String(error)));
  }

  async show(trace: string, index: number): Promise<void> {
    await this.page.evaluate(`window.show(${JSON.stringify(trace)}, ${index})`);
  }

  /** The grid of a picture. */
  grid(id: string): Locator {
    return this.panel.locator(`[data-id="${id}"]`);
  }

  /** The square at a row and a column of a picture. */
  square(id: string, row: number, column: number): Locator {
    return this.grid(id).locator(`[data-row="${row}"][data-column="${column}"]`);
  }

  picked(id: string): Promise<string | null> {
    return this.grid(id).locator('[aria-selected="true"]').getAttribute("aria-label");
  }

  /** How many squares of a picture are lit. */
  lit(id: string): Promise<number> {
    return this.grid(id).locator(".lit").count();
  }

  tab(name: string): Locator {
    return this.panel.getByRole("tab", { name, exact: true });
  }

  spoken(): Promise<string> {
    return this.panel.getByRole("status").innerText();
  }

  /** The label of the square that has the focus. */
  focused(): Promise<string | null> {
    return this.page.evaluate(
      `document.activeElement.shadowRoot.activeElement?.getAttribute("aria-label") ?? null`,
    );
  }

  sent(): Promise<unknown> {
    return this.page.evaluate("window.sent");
  }

  /** How far the page is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  }

  /** What axe-core finds wrong, in short. */
  async violations(): Promise<readonly string[]> {
    await this.page.evaluate(axeSource);
    return this.page.evaluate(`axe.run(document).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
        id + ": " + target.flat().join(" ") + ": " + failureSummary)))`);
  }
}

/** A browser that opens pages with the element. */
export class PanelPages {
  readonly #browser: Browser;
  readonly #script: string;

  private constructor(browser: Browser, script: string) {
    this.#browser = browser;
    this.#script = script;
  }

  static async start(): Promise<PanelPages> {
    const { outputFiles } = await build({
      stdin: { contents: entry, resolveDir: ".", loader: "ts" },
      ...{ bundle: true, ignoreAnnotations: true, write: false, format: "esm", external: ["node:*"] },
    });
    const browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
    return new PanelPages(browser, outputFiles[0]!.text);
  }

  async open({ width = 1200, scheme = "light", motion = "no-preference" }: View = {}): Promise<PanelPage> {
    const tab = await this.#browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      reducedMotion: motion,
    });
    const opened = new PanelPage(tab);
    await tab.route(`${address}**`, (route) =>
      route.request().url().endsWith(".js")
        ? route.fulfill({ contentType: "text/javascript; charset=utf-8", body: this.#script })
        : route.fulfill({ contentType: "text/html; charset=utf-8", body: page }),
    );
    await tab.goto(address);
    return opened;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
