import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

// Starts one server with the demo district in a folder of its own, for all journeys, and removes both afterwards.
// LINLI names the program; without it, the release build of this checkout.
export default async function start() {
  const program = process.env.LINLI ?? resolve(__dirname, "../target/release/linli");
  const folder = mkdtempSync(join(tmpdir(), "linli-journeys-"));
  const kept = ["--database", `sqlite://${folder}/linli.db`, "--data", folder];
  const accounts = execFileSync(program, ["demo", ...kept, "--json"], { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] });

  const port = await freePort();
  const log = openSync(join(folder, "log"), "a");
  const server = spawn(program, ["serve", ...kept, "--listen", `127.0.0.1:${port}`], { stdio: ["ignore", log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    server.kill("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };

  // The tests run in processes of their own and learn of the server through these.
  process.env.LINLI_URL = `http://127.0.0.1:${port}`;
  process.env.LINLI_ACCOUNTS = accounts;
  process.env.LINLI_FOLDER = folder;

  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) break;
    const ready = await fetch(`${process.env.LINLI_URL}/readyz`).catch(() => undefined);
    if (ready?.ok) return stop;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const words = readFileSync(join(folder, "log"), "utf8");
  await stop();
  throw new Error(`The server did not become ready within 30 seconds. Its log:\n${words}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createServer();
    socket.once("error", reject);
    socket.listen(0, "127.0.0.1", () => {
      const address = socket.address();
      socket.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
