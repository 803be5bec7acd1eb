import { type Browser, type Page, expect, test as base } from "@playwright/test";
import { readFileSync } from "node:fs";

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** One account of the demo district, as `linli demo --json` prints it. */
export interface Account {
  role: string;
  /** The name to sign in with. */
  name: string;
  password: string;
}

export const test = base.extend<{ noScripts: Page }>({
  baseURL: async ({}, use) => use(process.env.LINLI_URL),
  /** A page in a browser that runs no scripts: everything must work there too. */
  noScripts: async ({ browser, contextOptions, baseURL }, use) => {
    const context = await browser.newContext({ ...contextOptions, baseURL, javaScriptEnabled: false });
    await use(await context.newPage());
    await context.close();
  },
});

export { expect };

/** The first demo account with this role. */
export function account(role: string): Account {
  const accounts: Account[] = JSON.parse(process.env.LINLI_ACCOUNTS ?? "[]");
  const found = accounts.find((account) => account.role === role);
  if (!found) throw new Error(`The demo district has nobody with the role ${role}.`);
  return found;
}

/** Signs in through the form, as a person would. */
export async function signIn(page: Page, role: string): Promise<Account> {
  const who = account(role);
  await page.goto("/sign-in");
  await page.locator('input[autocomplete="username"]').fill(who.name);
  await page.locator('input[type="password"]').fill(who.password);
  await Promise.all([
    page.waitForURL((url) => url.pathname !== "/sign-in"),
    page.locator('main form:has(input[type="password"]) button').first().click(),
  ]);
  return who;
}

/** Fails on anything axe finds, in the whole page and not only its first screen. */
export async function axe(page: Page): Promise<void> {
  const before = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (before) await page.setViewportSize({ width: before.width, height: Math.max(before.height, height) });
  // As text through the debugger, which the page's own content security policy does not hold back.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await (window as any).axe.run(document, { runOnly: tags });
    return result.violations.map((v: any) => ({ rule: v.id, help: v.help, where: v.nodes.map((n: any) => n.target.join(" ")) }));
  });
  if (before) await page.setViewportSize(before);
  expect(violations).toEqual([]);
}

/** Every look a reader can choose: two languages, two colour schemes, large text, and what is narrowest together. */
export const looks = [
  { name: "zh", cookie: "zh" },
  { name: "en", cookie: "en" },
  { name: "large", cookie: "zh.large" },
  { name: "en, dark", cookie: "en.dark" },
  { name: "large, dark", cookie: "zh.large.dark" },
  { name: "en, large", cookie: "en.large" },
];

/** Sends a form as a browser does that checks nothing itself, so that the server's mistakes come back. */
export async function sendAsItIs(page: Page, form: string): Promise<void> {
  const sent = page.locator(form).first();
  await sent.evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), sent.locator("button:not([name], [type=button])").last().click({ force: true })]);
  await page.waitForLoadState();
}

/** Chooses a look, as the settings do. */
export async function choose(page: Page, cookie: string): Promise<void> {
  await page.context().addCookies([{ name: "show", value: cookie, url: process.env.LINLI_URL }]);
}

/** No page scrolls sideways on a phone. */
export async function fits(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(content, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(screen);
}

/** All bytes a first visit takes over the wire, headers included, with nothing in the cache. */
export async function wireBytes(browser: Browser, url: string): Promise<{ total: number; each: Record<string, number> }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const debug = await context.newCDPSession(page);
  await debug.send("Network.enable");
  const names = new Map<string, string>();
  const each: Record<string, number> = {};
  debug.on("Network.requestWillBeSent", (event) => names.set(event.requestId, event.request.url));
  debug.on("Network.loadingFinished", (event) => {
    const name = names.get(event.requestId) ?? event.requestId;
    each[name] = (each[name] ?? 0) + event.encodedDataLength;
  });
  await page.goto(new URL(url, process.env.LINLI_URL).href, { waitUntil: "networkidle" });
  await context.close();
  return { total: Object.values(each).reduce((sum, bytes) => sum + bytes, 0), each };
}
