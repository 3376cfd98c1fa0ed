import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lessons, serve } from "../../src/cli/lessons.ts";

describe("the server of the lessons page", () => {
  const root = mkdtempSync(join(tmpdir(), "chainrule-server-"));
  const folder = join(root, "site");
  let server: Server;
  let port: number;

  beforeAll(async () => {
    mkdirSync(folder);
    writeFileSync(join(root, "secret.html"), "secret");
    for (const [name, text] of [
      ["index.html", "<p>é</p>"],
      ["page.js", "1"],
      ["worker.js", "2"],
      ["style.css", "p {}"],
      ["notes.txt", "not for readers"],
    ] as const) {
      writeFileSync(join(folder, name), text);
    }
    server = await serve(pathToFileURL(`${folder}/`), 0);
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.close();
    rmSync(root, { recursive: true });
  });

  const get = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });

  /** What is answered to a request as it is written here: clients tidy up paths. */
  const raw = (line: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      );
      socket.on("data", (data) => {
        text += data;
      });
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
    });

  test.each([
    ["/", "text/html; charset=utf-8", "<p>é</p>"],
    ["/index.html", "text/html; charset=utf-8", "<p>é</p>"],
    ["/?from=there", "text/html; charset=utf-8", "<p>é</p>"],
    ["/page.js", "text/javascript; charset=utf-8", "1"],
    ["/style.css", "text/css; charset=utf-8", "p {}"],
  ])("gives %s", async (path, type, text) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(await response.text()).toBe(text);
    const head = await get(path, "HEAD");
    expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(await head.text()).toBe("");
  });

  test("isolates its pages, and lets only the worker make code, which may connect to nothing", async () => {
    for (const path of ["/", "/page.js", "/worker.js", "/nothing"]) {
      const { headers } = await get(path);
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
    const policy = (await get("/worker.js")).headers.get("content-security-policy");
    expect(policy).toBe("default-src 'none'; script-src 'self' 'unsafe-eval'");
  });

  test.each([
    "/../secret.html",
    "/%2e%2e/secret.html",
    "/..%2fsecret.html",
    "/..\\secret.html",
    "//secret.html",
    "/./index.html",
    "/site/../../secret.html",
    "/notes.txt",
    "/__proto__",
    "/constructor",
    "index.html",
    `/${"a".repeat(10_000)}`,
    "/%",
    "/%00",
    "http://elsewhere/",
  ])("has nothing at %s", async (path) => {
    const answer = await raw(`GET ${path}`);
    expect(answer).toMatch(/^HTTP\/1\.1 40[04]/);
    expect(answer).not.toContain("secret");
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
    expect((await get("/", method)).status).toBe(405);
  });

  test("says when the port is taken", async () => {
    await expect(serve(pathToFileURL(`${folder}/`), port)).rejects.toThrow(`port ${port} cannot be had`);
  });

  test.each([["-1"], ["70000"], ["x"], [""], ["1.5"]])("refuses the port %j", async (text) => {
    await expect(lessons([`--port=${text}`])).rejects.toThrow(
      "lessons: --port: expected a number from 0 to 65535",
    );
  });
});

test("the command prints its address and ends with Ctrl+C", async () => {
  if (!existsSync("dist/site/index.html")) {
    execFileSync(process.execPath, ["--import", "tsx", "scripts/site.ts"], { stdio: "pipe" });
  }
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/index.ts", "lessons"]);
  let text = "";
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        text += data;
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(text);
        if (found) resolve(found[0]);
      });
    }
    child.on("exit", () => reject(new Error(text)));
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  // A connection that is kept alive does not hold it up.
  expect((await fetch(address)).status).toBe(200);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
}, 60_000);
