import { execFileSync } from "node:child_process";
import { expect, test } from "./fixture";

test("Lighthouse on a phone", async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto("/requests?state=done");
  const detail = (await page.locator("main .list a.row").first().getAttribute("href")) ?? "";
  const paths = ["/", "/requests", detail, "/requests/new?what=" + encodeURIComponent("井盖没了")];
  const figures: Record<string, Record<string, number>> = JSON.parse(execFileSync("node", ["lighthouse.mjs", process.env.LINLI_URL ?? "", ...paths], { encoding: "utf8" }));
  console.log(figures);
  for (const path of paths) {
    // Performance is a measure of the machine too; all else is a matter of the page.
    const { performance, ...rest } = figures[path];
    expect(performance, path).toBeGreaterThanOrEqual(95);
    expect(rest, path).toEqual({ accessibility: 100, "best-practices": 100, seo: 100 });
  }
});
