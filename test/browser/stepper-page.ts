import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { executable } from "./browser.ts";

/** A module with all that it imports. */
async function script(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    ignoreAnnotations: true,
    write: false,
    format: "esm",
    external: ["node:*"],
  });
  return outputFiles[0]!.text;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface View {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly attributes?: string;
}

/** What an event of the element said. */
export interface Sent {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A page with the element in it. */
export class StepperPage {
  readonly page: Page;
  readonly element: Locator;
  readonly #problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    this.element = page.locator("backprop-stepper");
    page.on("pageerror", (error) => this.#problems.push(String(error)));
  }

  /** Errors that nobody caught. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  get slider(): Locator {
    return this.element.getByRole("slider");
  }

  /** All that is written in the element. */
  text(): Promise<string> {
    return this.element.locator("#stepper").innerText();
  }

  /** The part of the page that explains the step. */
  explanation(): Promise<string> {
    return this.element.locator(".explain").innerText();
  }

  async step(): Promise<number> {
    return Number(await this.slider.getAttribute("aria-valuenow")) - 1;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Runs code in the page; the element is at hand as `element`. */
  run<T>(code: string): Promise<T> {
    return this.page.evaluate(`(async () => {
      const element = document.querySelector("backprop-stepper");
      ${code}
    })()`);
  }

  sent(): Promise<readonly Sent[]> {
    return this.run("return window.sent;");
  }

  /** What axe-core finds wrong, in short. */
  async violations(): Promise<readonly string[]> {
    await this.page.evaluate(axeSource);
    return this.page.evaluate(`axe.run(document).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
        id + ": " + target.flat().join(" ") + ": " + failureSummary)))`);
  }
}

/** A browser, and a server of pages with the element and of traces by name. */
export class StepperPages {
  readonly #browser: Browser;
  readonly #server: Server;

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.#server = server;
  }

  static async start(traces: Readonly<Record<string, string>>): Promise<StepperPages> {
    const scripts: Readonly<Record<string, string>> = {
      "element.js": await script("src/stepper/web/index.ts"),
      "traces.js": await script("test/browser/stepper-traces.ts"),
    };
    const server = createServer(({ url }, response) => {
      const { pathname, searchParams } = new URL(url!, "http://localhost");
      const name = pathname.slice(1);
      const send = (type: string, text: string) => {
        response.writeHead(200, { "Content-Type": `${type}; charset=utf-8` });
        response.end(text);
      };
      if (scripts[name] !== undefined) send("text/javascript", scripts[name]);
      else if (name === "page") send("text/html", pageOf(searchParams.get("attributes") ?? ""));
      else if (traces[name] !== undefined) send("application/json", traces[name]);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", () => resolve()));
    const browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
    return new StepperPages(browser, server);
  }

  /** A page with the trace of that name, when it is shown; without a name, with the element alone. */
  async open(trace: string | undefined, { width = 1280, scheme = "light", attributes = "" }: View = {}) {
    const page = await this.#browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const opened = new StepperPage(page);
    const { port } = this.#server.address() as AddressInfo;
    const all = `${trace === undefined ? "" : `src="/${trace}"`} ${attributes}`;
    await page.goto(`http://localhost:${port}/page?${new URLSearchParams({ attributes: all })}`);
    if (trace !== undefined) await opened.element.locator(".slider, .problem").first().waitFor();
    return opened;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

const pageOf = (attributes: string): string => `<!doctype html>
<html lang="en"><head><title>stepper</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<script>window.sent = [];
for (const type of ["step", "reveal", "answer"])
  addEventListener(type, ({ detail }) => window.sent.push({ type, detail }));</script>
<script type="module" src="/element.js"></script></head>
<body><main><h1>A trace</h1><backprop-stepper ${attributes}></backprop-stepper></main></body></html>`;
