// The network cut, the program killed, the window's end while a form is open.
import { ask, expect, PASSWORD, Tab } from "./bench.mjs";

/** Changes where the person of the open page lives. */
async function address(tab, text) {
  await tab.page.getByRole("button", { name: "修改", exact: true }).click();
  await tab.page.getByLabel("家庭住址", { exact: true }).fill(text);
  await tab.page.getByRole("button", { name: "保存" }).click();
  await tab.page.locator("dd", { hasText: text }).waitFor();
}

export async function faults(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await tab.page.getByText("已同步").waitFor();
  await ask("server", "stop");
  await tab.go("persons");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await address(tab, "改错的地方");
  await tab.page.getByRole("button", { name: /待上传 1/ }).click();
  await tab.page.getByRole("dialog").getByRole("button", { name: "撤销这一步" }).first().click();
  await tab.page.locator(".ant-popconfirm").getByRole("button", { name: "撤销这一步" }).click();
  await tab.page.getByText("改错的地方").waitFor({ state: "detached" });
  expect(true, "a step that still waits is undone");
  await tab.page.keyboard.press("Escape");
  await address(tab, "断网时住的地方");
  await tab.page.getByText(/待上传 3/).waitFor();
  expect(true, "without the server a change is saved, and waits");
  const place = tab.page.url().split("#")[1];
  await tab.picture("zh-offline");
  await tab.page.getByRole("button", { name: /待上传 3/ }).click();
  await tab.page.getByRole("dialog").waitFor();
  await tab.picture("zh-sync-panel");
  const violations = await tab.violations();
  expect(violations.length === 0, "the sync panel: axe-core finds no violation", violations);
  await tab.page.keyboard.press("Escape");
  await ask("kill", "branch");
  await tab.page.getByText("程序没有应答").waitFor();
  expect(true, "the program killed, the page says so, and that nothing is lost");
  await tab.picture("zh-gone");
  await ask("server", "start");
  const again = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await again.page.getByText("已同步").waitFor({ timeout: 30_000 });
  await again.go(place.replace("/", ""));
  await again.page.getByText("断网时住的地方").waitFor();
  expect(true, "started again, with the network back, the change is there and on the server");
  await ask("stop", "branch");
}

/** The account is disabled while a form is open, and enabled again. */
export async function accountDisabled(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "second"), pictures);
  await tab.page.getByText("已同步").waitFor();
  await tab.go("persons/person/new");
  await tab.page.getByLabel("姓名", { exact: true }).fill("孙未存");
  const [listed] = await ask("run", "officer", "list", "account", "--where", "name=二支部账号");
  const account = listed.records[0].id;
  await ask("run", "officer", "edit", "account", account, "state=2");
  await ask("run", "officer", "sync");
  await tab.page.getByText(/账号已(被禁用|停用)/).waitFor({ timeout: 30_000 });
  const shown = await tab.page.locator("body").innerText();
  expect(!shown.includes("孙未存"), "the account disabled while a form is open: the page says so, and shows nothing", shown);
  await tab.picture("zh-account-disabled");
  await ask("run", "officer", "edit", "account", account, "state=1");
  await ask("run", "officer", "sync");
  await unlock(tab);
  const kept = await tab.page.getByLabel("姓名", { exact: true }).inputValue();
  expect(kept === "孙未存", "enabled again, what was typed is there", kept);
  await ask("stop", "second");
}

/** Types the password until the workbench, which may still be closing, opens. */
async function unlock(tab) {
  for (let i = 0; i < 30 && (await tab.page.locator("nav").count()) === 0; i += 1) {
    await tab.page.getByLabel("密码").fill(PASSWORD);
    await tab.page.getByLabel("密码").press("Enter");
    await tab.page.locator("nav").waitFor({ timeout: 3000 }).catch(() => undefined);
  }
  await tab.page.getByLabel("姓名", { exact: true }).waitFor();
}

const UNTIL = () => new Date(Date.now() + 8 * 3_600_000 + 7_200_000).toISOString().slice(0, 16).replace("T", " ");

export async function windowEnds(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await tab.page.getByText("已同步").waitFor();
  await tab.go("persons/person/new");
  await tab.page.getByLabel("姓名", { exact: true }).fill("钱未存");
  const [listed] = await ask("run", "officer", "list", "window");
  for (const window of listed.records) {
    await ask("run", "officer", "window", "close", window.id);
  }
  await ask("run", "officer", "sync");
  await tab.page.getByLabel("密码").waitFor({ timeout: 30_000 });
  const shown = await tab.page.locator("body").innerText();
  expect(!shown.includes("钱未存"), "the window ended while a form was open: it locks and shows nothing", shown);
  await tab.picture("zh-window-over");
  await ask("run", "officer", "window", "open", "--organisation", "临床医学院党总支", "--until", UNTIL());
  await ask("run", "officer", "sync");
  await ask("run", "branch", "sync");
  await unlock(tab);
  const kept = await tab.page.getByLabel("姓名", { exact: true }).inputValue();
  expect(kept === "钱未存", "opened again in the next window, what was typed is there", kept);
  await ask("stop", "branch");
}
