import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";

/**
 * How the tests are run: on a page that is cross-origin isolated, so that there can be threads; on one that is not; on an
 * isolated one that forbids code made from text, and thus workers; or in a worker of an isolated one.
 */
export type Page = "isolated" | "plain" | "strict" | "worker";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const headers: Record<Page, Readonly<Record<string, string>>> = {
  isolated: isolation,
  plain: {},
  strict: {
    ...isolation,
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  },
  worker: isolation,
};

export const pages = Object.keys(headers) as Page[];

const candidates = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Where a Chromium is installed, if anywhere. */
export const executable: string | undefined = candidates.find((path) => path !== "" && existsSync(path));

/** The tests of a file, as a script that leaves them in the global `tests`. */
async function bundle(entry: string): Promise<string> {
  const options = {
    bundle: true,
    // package.json says what has effects in dist/, not here.
    ignoreAnnotations: true,
    write: false,
    format: "iife",
    globalName: "tests",
  } as const;
  const { outputFiles } = await build({ entryPoints: [entry], ...options, external: ["node:*"] });
  return outputFiles[0]!.text;
}

const workerScript = `
importScripts("tests.js");
onmessage = async ({ data: [name, page] }) => {
  try {
    await tests[name](page);
    postMessage("");
  } catch (error) {
    postMessage(String(error.stack));
  }
};`;

/** Serves /page/ with the headers of that page, and the scripts beside it. */
async function serve(tests: string): Promise<Server> {
  const files: Record<string, readonly [string, string]> = {
    "": [
      "text/html",
      '<!doctype html><title>tests</title><link rel="icon" href="data:,"><script src="tests.js"></script>',
    ],
    "tests.js": ["text/javascript", tests],
    "worker.js": ["text/javascript", workerScript],
  };
  const server = createServer(({ url }, response) => {
    const [, page, name] = url!.split("/");
    const [type, text] = files[name ?? ""] ?? ["text/plain", ""];
    response.writeHead(200, { "Content-Type": `${type}; charset=utf-8`, ...headers[page as Page] });
    response.end(text);
  });
  return await new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}

/** A browser that can run the tests of a file. */
export class Tester {
  readonly #browser: Browser;
  readonly #server: Server;

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.#server = server;
  }

  static async start(entry: string): Promise<Tester> {
    const server = await serve(await bundle(entry));
    const browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] });
    return new Tester(browser, server);
  }

  /** Runs a test on a fresh page; throws what it throws. */
  async run(name: string, page: Page): Promise<void> {
    const tab = await this.#browser.newPage();
    try {
      const { port } = this.#server.address() as AddressInfo;
      await tab.goto(`http://localhost:${port}/${page}/`);
      const script = page === "worker" ? inWorker : onPage;
      const problem = await tab.evaluate(`(${script})(${JSON.stringify([name, page])})`);
      if (problem !== "") throw new Error(String(problem));
    } finally {
      await tab.close();
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

// As text, so that what compiles these tests adds nothing to them that a page would not know.
const onPage = `([name, page]) => Promise.resolve().then(() => tests[name](page)).then(() => "", (error) => String(error.stack))`;
const inWorker = `(test) => new Promise((resolve) => {
  const worker = new Worker("worker.js");
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => resolve(message);
  worker.postMessage(test);
})`;
