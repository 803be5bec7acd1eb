import { axe, choose, expect, fits, looks, sendAsItIs, signIn, test, wireBytes } from "./fixture";

/** A public request of the demo district, as anybody finds it. */
async function anyRequest(page: import("@playwright/test").Page): Promise<string> {
  await page.goto("/requests?state=done");
  return (await page.locator("main .list a.row").first().getAttribute("href")) ?? "";
}

const everybody = ["/", "/requests", "/requests?state=late", "/requests?q=井盖", "/requests/new?what=楼下井盖没了，老人晚上散步很危险", "/requests/new?what=闻到煤气味",
  "/requests/track", "/sign-in", "/join", "/forgot", "/help", "/accessibility", "/decisions", "/services", "/no-such-page"];
const staff: [string, string[]][] = [
  ["resident", ["/", "/account", "/account/inbox", "/account/security", "/account/home", "/account/messages", "/account/reports", "/requests?mine=1", "/requests/new"]],
  ["handler", ["/desk", "/account"]],
  ["agent", ["/office/recovery", "/requests/new?behalf=1"]],
  ["supervisor", ["/office", "/office/roles", "/office/messages"]],
];

/** The first link on a page to an address that begins like this. */
async function linked(page: import("@playwright/test").Page, from: string, start: string): Promise<string> {
  await page.goto(from);
  const link = await page.locator(`main a[href^="${start}"]`).first().getAttribute("href");
  expect(link, `${from} leads to ${start}`).toBeTruthy();
  return link!;
}

async function reads(page: import("@playwright/test").Page, path: string): Promise<void> {
  await expect(page.locator("h1"), path).toHaveCount(1);
  await fits(page);
  await axe(page);
}

for (const look of looks) {
  test(`everybody's pages, ${look.name}`, async ({ page }) => {
    test.slow();
    await choose(page, look.cookie);
    for (const path of [...everybody, await anyRequest(page), `${await anyRequest(page)}/report`]) {
      await page.goto(path);
      await reads(page, path);
    }
  });

  test(`a filed request and forms that come back, ${look.name}`, async ({ page }) => {
    test.slow();
    await choose(page, look.cookie);
    await page.goto("/requests/new?what=" + encodeURIComponent("楼道里闻到很重的煤气味"));
    await page.locator('button[name="danger"]').click();
    await expect(page.locator('[name="in_danger"]')).toHaveCount(1);
    await sendAsItIs(page, "#filing");
    await expect(page.locator("#phone-wrong")).toBeVisible();
    await reads(page, "danger and a missing phone");
    await page.locator("#phone").fill("13900000009");
    await page.locator(".bottom button").click();
    await expect(page).toHaveURL(/filed$/);
    await reads(page, "filed");

    await page.goto("/requests/track");
    await page.locator("#number").fill("12345");
    await sendAsItIs(page, "main form");
    await expect(page.locator("#number-wrong")).toBeVisible();
    await reads(page, "track");

    await page.goto(`${await anyRequest(page)}/report`);
    await page.locator('input[value="other"]').check({ force: true });
    await sendAsItIs(page, "main form");
    await expect(page.locator("#words-wrong")).toBeVisible();
    await reads(page, "report");

    await signIn(page, "resident");
    for (const form of ["reply", "rate"]) {
      await page.goto("/account");
      await page.locator(`main a[href$="#${form}"]`).first().click();
      await sendAsItIs(page, `#${form}`);
      await expect(page.locator(".note.wrong")).toBeVisible();
      await reads(page, form);
    }
  });

  for (let [role, paths] of staff) {
    test(`pages of the ${role}, ${look.name}`, async ({ page }) => {
      test.slow();
      await choose(page, look.cookie);
      await signIn(page, role);
      if (role === "handler") {
        await page.goto("/desk");
        paths = [...paths, (await page.locator('main a[href^="/desk/"]').first().getAttribute("href")) ?? ""];
      }
      if (role === "supervisor") {
        const report = await linked(page, "/office", "/office/reports/");
        await page.goto("/requests");
        const pictured = await page.locator("main .list a.row:has(img)").first().getAttribute("href");
        paths = [...paths, report, await linked(page, report, "/office/requests/"), await linked(page, `/office${pictured}`, "/office/photos/")];
      }
      for (const path of paths) {
        const answer = await page.goto(path);
        expect(answer?.status(), path).toBe(200);
        await reads(page, path);
      }
      if (role === "agent") {
        await page.goto("/office/recovery");
        await page.locator("#name").fill("resident");
        await sendAsItIs(page, "main form");
        await expect(page.locator("#seen-wrong")).toBeVisible();
        await reads(page, "a code for somebody unseen");
      }
    });
  }
}

test("first views are small, and a page without an island loads no script", async ({ browser, page }) => {
  for (const path of ["/", "/requests", await anyRequest(page)]) {
    const { total, each } = await wireBytes(browser, path);
    expect(total, JSON.stringify(each, null, 2)).toBeLessThanOrEqual(40_000);
    expect(Object.keys(each).filter((name) => /\.(js|wasm)$/.test(name))).toEqual([]);
  }
  const { total, each } = await wireBytes(browser, "/requests/new?what=楼下井盖没了");
  expect(total, JSON.stringify(each, null, 2)).toBeLessThanOrEqual(180_000);
});

test("every page speaks one language", async ({ page }) => {
  // Words of the portal itself; what residents wrote and names of places stay as they are.
  await choose(page, "en");
  for (const path of ["/", "/requests/new", "/requests/track", "/sign-in", "/join", "/help", "/accessibility", "/no-such-page"]) {
    await page.goto(path);
    const words = await page.locator("main label, main button, main h1, main h2, main legend, nav.doors, .hint").allInnerTexts();
    expect(words.filter((word) => /\p{Script=Han}/u.test(word)), path).toEqual([]);
  }
});
