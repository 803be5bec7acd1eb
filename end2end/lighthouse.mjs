// Prints Lighthouse's four figures for each page, as JSON: node lighthouse.mjs BASE PATH…
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [base, ...paths] = process.argv.slice(2);
const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromeFlags: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
const found = {};
for (const path of paths) {
  const result = await lighthouse(base + path, { port: chrome.port, output: "json", logLevel: "silent" });
  found[path] = Object.fromEntries(Object.values(result.lhr.categories).map((category) => [category.id, Math.round(category.score * 100)]));
}
await chrome.kill();
console.log(JSON.stringify(found));
