// The network cut, the program killed.
import { ask, expect, Tab } from "./bench.mjs";

export async function faults(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await tab.page.getByText("已同步").waitFor();
  await ask("server", "stop");
  await tab.go("persons");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("button", { name: "修改", exact: true }).click();
  await tab.page.getByLabel("家庭住址", { exact: true }).fill("断网时住的地方");
  await tab.page.getByRole("button", { name: "保存" }).click();
  await tab.page.getByText("待上传 1").waitFor();
  expect(true, "without the server a change is saved, and waits");
  const place = tab.page.url().split("#")[1];
  await tab.picture("zh-offline");
  await tab.page.getByRole("button", { name: "待上传 1" }).click();
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
