import { axe, choose, expect, fits, looks, signIn, test } from "./fixture";

test("a place is found, picked and moved with scripts off", async ({ noScripts: page }) => {
  await page.goto("/requests/new?what=" + encodeURIComponent("路灯坏了一排"));
  await page.locator("#place").fill("民乐 12 栋楼下");
  await page.locator("#phone").fill("13900000003");
  await page.getByRole("button", { name: "找地方" }).click();
  await expect(page).toHaveURL(/#where$/);
  const card = page.getByRole("radio", { name: /^民乐老村/ });
  await expect(card).toBeInViewport();
  await card.check();
  await page.getByRole("button", { name: "先看看有没有同样的" }).click();
  await expect(page.locator("#place")).toHaveValue("民乐老村 12 栋楼下");
  await expect(page.locator("#area")).toHaveValue("440309002021");
  await expect(page.locator("#what")).toHaveValue("路灯坏了一排");
  await expect(page.locator("#phone")).toHaveValue("13900000003");
  const before = await page.locator("#lat").inputValue();
  await page.getByRole("button", { name: "↑ 北" }).click();
  await expect(page.locator("svg.map")).toBeInViewport();
  expect(Number(await page.locator("#lat").inputValue())).toBeGreaterThan(Number(before));
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  await page.locator("main a.btn.big").click();
  await expect(page.locator("main")).toContainText("民乐老村 12 栋楼下");
  await expect(page.locator("svg.map")).toBeVisible();
});

test("a place is found while typing, and the map follows", async ({ page, context }) => {
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 22.6093, longitude: 114.0287, accuracy: 18 });
  await page.goto("/requests/new?what=" + encodeURIComponent("路灯坏了一排"));
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await expect(page.getByRole("button", { name: "找地方" })).toBeHidden();
  await page.locator("#place").pressSequentially("民乐");
  await page.getByRole("radio", { name: /^民乐老村/ }).check();
  await expect(page.locator("#place")).toHaveValue("民乐老村");
  await expect(page.locator("#area")).toHaveValue("440309002021");
  await expect(page.locator("#sketch svg.map")).toBeVisible();
  await expect(page.locator("#sketch")).toContainText("圆点是您说的地方");

  // Other words mean another place: what the first one brought goes with it.
  await page.locator("#place").fill("路口");
  await expect(page.getByRole("radio", { name: /^民乐老村/ })).toHaveCount(0);
  await expect(page.locator("#area")).toHaveValue("");
  await expect(page.locator("#lat")).toHaveValue("");
  await expect(page.locator("#sketch svg")).toHaveCount(0);

  // By hand: a centre is shown, and is no position.
  await page.locator("summary", { hasText: "自己选社区" }).click();
  await page.locator("#area").selectOption({ label: "北站社区" });
  await expect(page.locator("#sketch")).toContainText("社区中心，不是准确位置");
  await expect(page.locator("#lat")).toHaveValue("");

  // The phone's own position stays, whatever is picked after it.
  await page.getByRole("button", { name: "用手机定位" }).click();
  await expect(page.locator("#lat")).toHaveValue("22.60930");
  await page.locator("#place").fill("民乐");
  await page.getByRole("radio", { name: /^民乐老村/ }).check();
  await expect(page.locator("#lat")).toHaveValue("22.60930");
  await page.locator("#phone").fill("13900000004");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
});

test("the map is drawn for a place that this device kept, and goes with it", async ({ page }) => {
  const open = async () => {
    await page.goto("/requests/new");
    await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  };
  await open();
  await page.locator("#what").fill("路灯坏了一排");
  await page.locator("summary", { hasText: "自己选社区" }).click();
  await page.locator("#area").selectOption({ label: "北站社区" });
  await open();
  await expect(page.locator("#what")).toHaveValue("路灯坏了一排");
  await expect(page.locator("#sketch svg.map")).toBeVisible();
  await page.getByRole("button", { name: "清除这些内容" }).click();
  await expect(page.locator("#sketch svg.map")).toHaveCount(0);
});

for (const look of looks) {
  test(`places and map fit, ${look.name}`, async ({ page }) => {
    await choose(page, look.cookie);
    await signIn(page, "resident");
    await page.goto("/requests/new?area=440309002021&what=" + encodeURIComponent("路灯坏了一排"));
    await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
    await page.locator("#place").pressSequentially("人民路");
    await expect(page.locator('input[name="spot"]')).toHaveCount(6);
    await expect(page.locator("svg.map")).toBeVisible();
    await fits(page);
    await axe(page);
  });
}
