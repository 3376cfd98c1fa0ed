import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { parseArgs } from "node:util";
import { show } from "../errors.ts";
import { Failure } from "./failure.ts";

const options = {
  port: { type: "string", default: "0" },
  open: { type: "boolean", default: false },
} as const;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
};

const headers = {
  // Isolated pages may use shared memory.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/** The worker runs programs: it may make code of text, and may connect to nothing. */
const forWorker = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self' 'unsafe-eval'",
};

/** Where the site is: beside this file once it is built, or in `dist/` when the sources are run. */
function siteFolder(): URL {
  const found = ["../site/", "../../dist/site/"]
    .map((path) => new URL(path, import.meta.url))
    .find((folder) => existsSync(new URL("index.html", folder)));
  if (found === undefined) throw new Failure("lessons: the site is not built: run npm run build first");
  return found;
}

/** The files of a folder by the path that they are asked for with. Nothing else can be asked for. */
function filesOf(folder: URL): Map<string, readonly [type: string, bytes: Buffer]> {
  const names = readdirSync(folder).filter((name) => extname(name) in types);
  const files = new Map(
    names.map((name) => [`/${name}`, [types[extname(name)]!, readFileSync(new URL(name, folder))] as const]),
  );
  files.set("/", files.get("/index.html")!);
  return files;
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
  response.end(reason);
}

/**
 * Serves a folder on this machine only, on a port that is free if it is 0.
 *
 * @throws {@link Failure} if the port cannot be had.
 */
export function serve(folder: URL, port: number): Promise<Server> {
  const files = filesOf(folder);
  const server = createServer(({ method, url }, response) => {
    if (method !== "GET" && method !== "HEAD") return refuse(response, 405, "only GET and HEAD");
    const path = url!.split("?")[0]!;
    const file = files.get(path);
    if (file === undefined) return refuse(response, 404, "there is no such page");
    const [type, bytes] = file;
    const own = path === "/worker.js" ? forWorker : {};
    response.writeHead(200, { ...headers, ...own, "Content-Type": type, "Content-Length": bytes.length });
    response.end(method === "HEAD" ? undefined : bytes);
  });
  return new Promise((resolve, reject) => {
    server.once("error", ({ message }) =>
      reject(new Failure(`lessons: port ${port} cannot be had: ${message}`)),
    );
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Failure(`lessons: --port: expected a number from 0 to 65535; received ${show(text)}`);
}

/** Opens an address in the browser; if that fails the address has been printed. */
function openBrowser(address: string): void {
  const openers: Readonly<Record<string, readonly string[]>> = {
    darwin: ["open"],
    win32: ["cmd", "/c", "start", ""],
  };
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command!, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

/**
 * `chainrule lessons`: serves the lessons page until Ctrl+C.
 *
 * @throws {@link Failure} that says what is wrong with the call.
 */
export async function lessons(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options });
  const port = readPort(values.port);
  const server = await serve(siteFolder(), port);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  console.log(`The lessons are at ${address}\nEnd with Ctrl+C.`);
  if (values.open) openBrowser(address);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  server.close();
  server.closeAllConnections();
}
