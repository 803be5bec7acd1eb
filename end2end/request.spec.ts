import { readFileSync } from "node:fs";
import { choose, expect, looks, sendAsItIs, signIn, test } from "./fixture";

/** A small picture, drawn by the browser itself. */
async function picture(page: import("@playwright/test").Page, width = 800): Promise<Buffer> {
  const url = await page.evaluate((width) => {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = 600;
    const paint = canvas.getContext("2d")!;
    paint.fillStyle = "#7aa";
    paint.fillRect(0, 0, width, 600);
    paint.fillStyle = "#a83c0a";
    paint.fillRect(100, 100, 200, 200);
    return canvas.toDataURL("image/jpeg", 0.9);
  }, width);
  return Buffer.from(url.split(",")[1], "base64");
}

test("from the home page to a filed request in three taps, with scripts off", async ({ noScripts: page }) => {
  await page.goto("/");
  await page.locator("#what").fill("民乐老村 12 栋楼下井盖没了，电话 13812345678");
  await page.locator("form.call button").click();
  await expect(page.locator('input[name="class"][value="040401"]')).toBeChecked();
  await page.locator("summary", { hasText: "自己选社区" }).click();
  await page.locator("#area").selectOption({ label: "北站社区" });
  await page.locator("#place").fill("12 栋楼下，近垃圾房");
  await page.locator("#phone").fill("13900000001");
  await page.locator("#photos").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: readFileSync("dot.png") });
  await page.locator(".bottom button").click();

  await expect(page).toHaveURL(/\/requests\/\d{9}-\d{6}-\d{5}-\d\/filed$/);
  const code = (await page.locator(".number").nth(1).innerText()).trim();
  expect(code).toMatch(/^[2-9A-Z]{8}$/);
  const number = (await page.locator(".number").first().innerText()).replace(/\s/g, "");
  await page.locator("main a.btn.big").click();
  await expect(page.locator("h1")).toContainText("井盖");
  await expect(page.locator(".photos img")).toHaveCount(1);
  // The one who filed sees what was written; everybody else sees the number masked.
  await expect(page.locator("main")).toContainText("13812345678");

  await page.context().clearCookies();
  await page.goto(`/requests/${number}`);
  await expect(page.locator("main")).toContainText("138****5678");
  await expect(page.locator("main")).not.toContainText("13812345678");
  await page.goto("/requests?q=" + encodeURIComponent("垃圾房"));
  await expect(page.locator("main .list")).toContainText("民乐老村 12 栋楼下井盖没了");

  await page.goto("/requests/track");
  await page.locator("#number").fill(number);
  await page.locator("#code").fill("AAAAAAAA");
  await page.locator("main form button").click();
  await expect(page.locator(".note.wrong")).toBeVisible();
  await expect(page.locator("#number")).toHaveValue(number);
  await page.locator("#code").fill(code.toLowerCase());
  await page.locator("main form button").click();
  await expect(page.locator("main")).toContainText("13812345678");
});

test("photos are chosen by a button in the reader's language, and their names stay in sight", async ({ noScripts: page }) => {
  for (const [look, word] of [["zh", "拍照或选图"], ["en", "Take or choose photos"]]) {
    await choose(page, look);
    await page.goto("/requests/new");
    const chooser = page.waitForEvent("filechooser");
    await page.locator("#photo-field").getByText(word).click();
    await (await chooser).setFiles("dot.png");
    const named = await page.locator("#photos").boundingBox();
    expect(named?.width, "room for what the browser says").toBeGreaterThan(100);
    await page.locator("#photos").focus();
    const button = page.locator("#photo-field .btn", { hasText: word });
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  }
});

for (const look of looks) {
  test(`steps stand apart, ${look.name}`, async ({ page }) => {
    await choose(page, look.cookie);
    await page.goto("/requests?state=done");
    await page.locator("main .list a.row").first().click();
    const boxes = await page.locator(".path li").evaluateAll((steps) => steps.map((step) => {
      const range = document.createRange();
      range.selectNodeContents(step);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      return { left, right, top, bottom };
    }));
    for (const [index, box] of boxes.entries()) {
      const next = boxes[index + 1];
      if (next) expect(next.left - box.right > 2 || next.top >= box.bottom, JSON.stringify([box, next])).toBe(true);
    }
  });
}

test("a mistake loses nothing that was typed", async ({ noScripts: page }) => {
  await page.goto("/requests/new?what=" + encodeURIComponent("路灯坏了一排"));
  await page.locator("#place").fill("观澜大道公交站旁");
  await page.locator("#phone").fill("12345");
  await page.locator(".bottom button").click();
  await expect(page.locator(".note.wrong")).toBeVisible();
  await expect(page.locator("#what")).toHaveValue("路灯坏了一排");
  await expect(page.locator("#place")).toHaveValue("观澜大道公交站旁");
  await expect(page.locator("#phone")).toHaveValue("12345");
  await expect(page.locator("#phone-wrong")).toBeVisible();
});

test("danger first: the right numbers in large buttons, and the form loses nothing", async ({ noScripts: page }) => {
  await page.goto("/requests/new?what=" + encodeURIComponent("楼道里闻到很重的煤气味"));
  await page.locator('button[name="danger"]').click();
  await expect(page.locator('a[href="tel:119"]')).toBeVisible();
  await expect(page.locator("#what")).toHaveValue("楼道里闻到很重的煤气味");
});

test("a private class says so before anything is sent, and shows nothing in public", async ({ page }) => {
  await page.goto("/requests/new?class=0603");
  await expect(page.locator("main .note", { hasText: "不公开" })).toBeVisible();
  await page.locator("#what").fill("家里老人被打，需要帮助");
  await page.locator("#phone").fill("13900000002");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  const address = page.url().replace("/filed", "");
  await page.context().clearCookies();
  expect((await page.goto(address))?.status()).toBe(404);
  await page.goto("/requests?q=" + encodeURIComponent("老人被打"));
  await expect(page.locator("main")).not.toContainText("家里老人被打");
});

test("what the class needs is asked in plain sight and again afterwards, with scripts off", async ({ noScripts: page }) => {
  await page.goto("/requests/new?what=" + encodeURIComponent("工地三个月没发工资") + "&class=0201");
  await expect(page.locator('a[href="tel:12333"]')).toBeVisible();
  await page.locator("#phone").fill("13900000004");
  await page.locator("#since").fill("2026-08-01");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  await expect(page.locator('a[href="tel:12348"]')).toBeVisible();
  await expect(page.locator("#add")).toHaveCount(0);
  await page.locator("main a.btn.big").click();
  await expect(page.locator(".facts")).toContainText("2026 年 8 月 1 日");

  await page.goto("/requests/new?class=040401&what=" + encodeURIComponent("井盖没了"));
  await page.locator("#phone").fill("13900000004");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  const filed = page.url();
  await page.locator("#place").fill("北站社区幼儿园门口");
  await page.locator("form:has(#add) button").click();
  await expect(page.locator(".history")).toContainText("在哪里：北站社区幼儿园门口");
  await expect(page.locator(".facts")).toContainText("北站社区幼儿园门口");
  await page.goto(filed);
  await expect(page.locator("#add")).toHaveCount(0);
});

test("words suggest classes as one types", async ({ page }) => {
  await page.goto("/requests/new");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").pressSequentially("红绿灯不亮了");
  await expect(page.locator('input[name="class"][value="040405"]')).toBeChecked();
  await expect(page.locator("fieldset").first()).toContainText("红绿灯");
});

test("words typed before a slow line has brought the scripts count too", async ({ page }) => {
  let bring = () => {};
  const typed = new Promise<void>((done) => (bring = done));
  await page.route("**/*.wasm", async (route) => {
    await typed;
    await route.continue();
  });
  await page.goto("/requests/new", { waitUntil: "domcontentloaded" });
  await page.locator("#what").fill("红绿灯不亮了");
  await page.locator("#place").fill("北站");
  bring();
  await expect(page.locator('input[name="class"][value="040405"]')).toBeChecked();
  await expect(page.locator('input[name="spot"]').first()).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem("filing.what"))).toBe("红绿灯不亮了");
});

test("danger, privacy and help-lines follow the words as they are typed, and other words are forgotten", async ({ page }) => {
  await page.goto("/requests/new");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").fill("老公喝醉了打我，孩子也被打");
  await expect(page.locator("#notes #private")).toBeVisible();
  await expect(page.locator('#notes a[href="tel:12338"]')).toBeVisible();
  await expect(page.locator('#notes button[name="danger"]')).toBeVisible();
  await expect(page.getByRole("button", { name: "先看看有没有同样的" })).toBeHidden();
  // Words of a private class stay in this tab.
  await page.locator("#what").pressSequentially("。");
  expect(await page.evaluate(() => localStorage.getItem("filing.what"))).toBeNull();
  await page.locator("#what").fill("路灯坏了一排");
  await expect(page.locator("#notes #private")).toHaveCount(0);
  await page.reload();
  await page.getByRole("button", { name: "清除这些内容" }).click();
  await expect(page.locator("#what")).toHaveValue("");
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await expect(page.locator("#what")).toHaveValue("");
});

test("a lost connection and a reload lose no word, and nothing is registered twice", async ({ page, context }) => {
  await signIn(page, "resident");
  await page.goto("/requests/new");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").fill("小区东门的路面有一个大坑，晚上看不见");
  await page.locator("#place").fill("东门");
  await context.setOffline(true);
  await page.locator(".bottom button").click();
  await expect(page.locator(".keep")).toContainText("连不上网");
  await context.setOffline(false);
  await page.reload();
  await page.goto("/requests/new");
  await expect(page.locator("#what")).toHaveValue("小区东门的路面有一个大坑，晚上看不见");
  await expect(page.locator("#place")).toHaveValue("东门");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  await page.goto("/requests/new");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await expect(page.locator("#what")).toHaveValue("");
});

test("words from the home page stand in no address, and another language or a reload loses none typed since", async ({ page }) => {
  await page.goto("/");
  await page.locator("#what").fill("路灯坏了");
  await page.locator("form.call button").click();
  await expect(page.locator("#what")).toHaveValue("路灯坏了");
  expect(new URL(page.url()).search).toBe("");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator(".head a", { hasText: "EN" }).click();
  await expect(page.locator("#what")).toHaveValue("路灯坏了");

  // Words that stand in the form from the server, typed on: what was typed wins.
  await page.goto("/requests/new?lang=zh&what=" + encodeURIComponent("井盖没了"));
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").press("End");
  await page.locator("#what").pressSequentially("，晚上看不见");
  await page.locator("#place").fill("东门");
  await page.reload();
  await expect(page.locator("#what")).toHaveValue("井盖没了，晚上看不见");
  await expect(page.locator("#place")).toHaveValue("东门");
  // The same for a form that came back.
  await page.getByRole("button", { name: "先看看有没有同样的" }).click();
  await expect(page).toHaveURL(/#found$/);
  await expect(page.locator("#found")).toBeInViewport();
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").press("End");
  await page.locator("#what").pressSequentially("，很危险");
  await page.reload();
  await expect(page.locator("#what")).toHaveValue("井盖没了，晚上看不见，很危险");
  // Other words are newer than those kept.
  await page.goto("/requests/new?what=" + encodeURIComponent("水管爆了"));
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.waitForTimeout(500);
  await expect(page.locator("#what")).toHaveValue("水管爆了");
});

test("what is typed is said to be kept where it is kept", async ({ page, context }) => {
  await page.goto("/requests/new");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").fill("路灯坏了一排");
  await expect(page.locator(".keep")).toContainText("已存在本机");
  // The class follows the words; once it is private, so are they, without another letter.
  await page.locator("#what").fill("我老公又打我");
  await expect(page.locator("#notes #private")).toBeVisible();
  await expect(page.locator(".keep")).toContainText("关掉这一页就没有了");
  expect(await page.evaluate(() => localStorage.getItem("filing.what"))).toBeNull();
  expect(await page.evaluate(() => sessionStorage.getItem("filing.what"))).toBe("我老公又打我");
  await page.locator("#phone").fill("13900000009");
  await context.setOffline(true);
  await page.locator(".bottom button").click();
  await expect(page.locator(".keep")).toContainText("请先别关");
  await context.setOffline(false);
});

test("the map's buttons stand where they lead, also in large text", async ({ noScripts: page }) => {
  for (const look of ["zh", "zh.large", "en.large"]) {
    await choose(page, look);
    await page.goto("/requests/new?lat=22.6093&lon=114.0287&what=" + encodeURIComponent("路灯坏了"));
    const at = async (way: string) => {
      const box = await page.locator(`.compass button[value="${way}"]`).boundingBox();
      if (!box) throw new Error(way);
      expect(box.height).toBeGreaterThanOrEqual(44);
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    const [north, west, east, south] = [await at("north"), await at("west"), await at("east"), await at("south")];
    expect(north.y < west.y && Math.abs(west.y - east.y) < 1 && east.y < south.y, look).toBe(true);
    expect(west.x < north.x && Math.abs(north.x - south.x) < 1 && north.x < east.x, look).toBe(true);
  }
});

test("a guest's case is forgotten on a device that others use too, with scripts off", async ({ noScripts: page }) => {
  await page.goto("/requests/new?class=0603");
  await page.locator("#what").fill("邻居打孩子");
  await page.locator("#phone").fill("13900000008");
  await page.locator(".bottom button").click();
  await expect(page.locator("main")).toContainText("这台设备 30 天内");
  await page.locator("main a.btn.big", { hasText: "看这件诉求" }).click();
  const address = page.url();
  await page.getByRole("button", { name: "在这台设备上忘掉" }).click();
  await expect(page.locator(".note.good")).toContainText("已忘掉这一件");
  expect((await page.goto(address))?.status()).toBe(404);
});

test("photos are made small on the phone, and the position comes only when asked for", async ({ page, context }) => {
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 22.6093, longitude: 114.0287, accuracy: 18 });
  await signIn(page, "resident");
  await page.goto("/requests/new?what=" + encodeURIComponent("电线垂到路上"));
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  expect(await page.locator("#lat").inputValue()).toBe("");
  await page.locator("#photos").setInputFiles({ name: "large.jpg", mimeType: "image/jpeg", buffer: await picture(page, 4000) });
  await expect(page.locator("#photo-field img")).toHaveCount(1);
  const size = await page.evaluate(() => new Promise((done) => {
    const file = (document.querySelector("#photos") as HTMLInputElement).files![0];
    createImageBitmap(file).then((bitmap) => done([bitmap.width, file.type]));
  }));
  expect(size).toEqual([1600, "image/jpeg"]);
  await page.getByRole("button", { name: "用手机定位" }).click();
  await expect(page.locator("#lat")).toHaveValue("22.60930");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  await page.locator("main a.btn.big").click();
  await expect(page.locator("svg.map")).toBeVisible();
  await expect(page.locator(".photos img")).toHaveCount(1);
});

test("a whole life: filed, accepted, asked, answered, settled, rated, reopened", async ({ browser }) => {
  test.slow();
  const phone = await browser.newPage();
  const desk = await browser.newPage();
  for (const page of [phone, desk]) await choose(page, "zh");
  await signIn(phone, "resident");
  await signIn(desk, "handler");

  await phone.goto("/requests/new?what=" + encodeURIComponent("公园健身器材坏了，孩子差点夹到手"));
  await phone.locator("#place").fill("滑梯旁边");
  await phone.locator(".bottom button").click();
  await phone.locator("main a.btn.big").click();
  const path = new URL(phone.url()).pathname;
  const number = path.split("/").pop();

  const act = async (change: string, words?: string) => {
    await desk.goto(`/desk/${number}`);
    const form = desk.locator(`form:has([name="change"][value="${change}"])`).first();
    await form.evaluate((form) => form.closest("details")?.setAttribute("open", ""));
    if (words) await form.locator("textarea").first().fill(words);
    if (change === "settled") await form.locator('input[type="file"]').setInputFiles({ name: "done.png", mimeType: "image/png", buffer: readFileSync("dot.png") });
    await form.locator(`button`).last().click();
    await expect(desk.locator(".note.wrong")).toHaveCount(0);
  };
  await act("accepted");
  await act("asked", "是哪一台器材？");

  await phone.goto("/");
  await expect(phone.locator("#todo")).toBeVisible();
  await phone.goto(path);
  await expect(phone.locator("#reply")).toContainText("是哪一台器材？");
  await phone.locator("#reply textarea").fill("滑梯旁边的漫步机");
  await phone.locator("#reply button").click();
  await expect(phone.locator(".history")).toContainText("滑梯旁边的漫步机");

  await act("answered", "已安排维修，明天完成。");
  await act("settled", "已更换轴承，可以使用。");
  await phone.goto("/account");
  await expect(phone.locator("main")).toContainText("办结");
  await phone.goto(path);
  await phone.locator('#rate input[value="4"]').check({ force: true });
  await phone.locator("#rate button").click();
  await expect(phone.locator("h1 + p .state")).toContainText("评价 4 分");
  await expect(phone.locator(".note.good")).toContainText("谢谢您的评价");
  await phone.locator("details:has(#reopen) > summary").click();
  await phone.locator("#reopen").fill("又松了");
  await phone.locator("form:has(#reopen) button").click();
  await expect(phone.locator(".history")).toContainText("又松了");
  await expect(phone.locator(".history")).toContainText("满意（4/5）");
  await expect(phone.locator("#reopen")).toHaveCount(0);
});

test("me too without an account: through the sign-in and back, and no word is lost", async ({ page }) => {
  await page.goto("/requests?state=open");
  const address = (await page.locator("main .list a.row").first().getAttribute("href")) ?? "";
  await page.goto("/requests/new");
  await page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  await page.locator("#what").fill("门口的井盖又翘起来了");
  await page.goto(address);
  await page.locator("aside a", { hasText: "我也遇到" }).click();
  await expect(page.locator("main")).toContainText("登录后算一票");
  await page.locator('input[autocomplete="username"]').fill("organisation");
  await page.locator('input[type="password"]').fill("linli-demo-8K");
  await page.locator("main form button").first().click();
  await page.locator("#join button").click();
  await expect(page.locator(".note.good")).toContainText("已算您一票");
  await page.reload();
  await expect(page.locator(".note.good")).toHaveCount(0);
  await page.goto("/requests/new");
  await expect(page.locator("#what")).toHaveValue("门口的井盖又翘起来了");
});

test("me too: counts, follows, files nothing new", async ({ page }) => {
  await signIn(page, "committee");
  await page.goto("/requests?state=open");
  await page.locator("main .list a.row").first().click();
  const join = page.locator('form:has(input[value="join"]) button');
  await join.click();
  await expect(page.locator("aside")).toContainText("您在跟进");
  await expect(join).toHaveCount(0);
  await page.goto("/requests?mine=1");
  await expect(page.locator("main .list li")).not.toHaveCount(0);
});

test("an agent files for somebody at the door", async ({ page }) => {
  await signIn(page, "agent");
  await page.goto("/account");
  await page.getByRole("link", { name: "上门代报" }).click();
  await page.locator("#what").fill("独居老人没人照看");
  await sendAsItIs(page, "#filing");
  await expect(page.locator("#phone-wrong")).toBeVisible();
  await page.locator("#phone").fill("13900000003");
  await page.locator(".bottom button").click();
  await expect(page).toHaveURL(/filed$/);
  await expect(page.locator(".slip .number")).toHaveCount(2);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".slip")).toBeVisible();
  for (const other of [".note.good", ".slip + .note", "main .btn", ".doors", ".foot"]) {
    await expect(page.locator(other).first()).toBeHidden();
  }
  await page.emulateMedia({ media: null });
  await page.getByRole("link", { name: "看这件诉求" }).click();
  await expect(page.locator(".facts")).toContainText("代办员");
});

test("nobody reaches what is another's", async ({ page }) => {
  await signIn(page, "resident");
  for (const path of ["/desk", "/desk/440309002-261123-00042-3", "/office", "/office/roles", "/office/recovery"]) {
    expect((await page.goto(path))?.status(), path).toBeGreaterThanOrEqual(403);
  }
  expect((await page.goto("/requests/440309002-261123-00042-4"))?.status()).toBe(400);
  await expect(page.locator("h1")).toContainText("编号不对");
  });

test("what is typed stays text, also inside a form that comes back", async ({ noScripts: page }) => {
  const typed = "井盖</textarea><b id=\"injected\">坏了</b>";
  await page.goto("/requests/new?what=" + encodeURIComponent(typed));
  await expect(page.locator("#what")).toHaveValue(typed);
  await expect(page.locator("#injected")).toHaveCount(0);
});
