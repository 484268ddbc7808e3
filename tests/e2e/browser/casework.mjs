// An officer works off what waits, the author answers: the browser's side of quarantine and conflicts.
import { ask, expect, Tab } from "./bench.mjs";

async function looksWell(tab, name) {
  await tab.picture(name);
  const violations = await tab.violations();
  expect(violations.length === 0, `${name}: axe-core finds no violation`, violations);
}

export async function officer(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "officer"), pictures);
  await tab.go("conflicts/cases");
  await looksWell(tab, "zh-cases");
  await tab.page.getByRole("button", { name: "不予采纳" }).click();
  await tab.page.getByRole("button", { name: "不予采纳" }).click();
  await tab.page.getByRole("alert").first().waitFor();
  expect(true, "to discard a case needs a reason, and the page says so");
  await tab.page.getByRole("button", { name: "取消" }).click();
  await tab.page.getByRole("button", { name: "修改后采纳" }).click();
  await tab.page.getByLabel("入党志愿书编号").fill("ZYS0000002");
  await looksWell(tab, "zh-amend");
  await tab.page.getByRole("button", { name: "按修改后的内容采纳" }).click();
  await tab.page.getByText("没有待审的修改").waitFor();
  expect(true, "amended and accepted, the case is off the list");

  await tab.go("conflicts/fields");
  await looksWell(tab, "zh-conflicts");
  await tab.page.getByRole("button", { name: "采用提出的值" }).click();
  await tab.page.getByText("没有待裁定的冲突").waitFor();
  expect(true, "the conflict is settled by taking the other value");
  await ask("run", "branch", "sync");
  await ask("stop", "officer");
  await ask("run", "officer", "sync");
  await ask("run", "branch", "sync");
  expect(tab.complaints.length === 0, "the console stays silent", tab.complaints);

  const author = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await author.go("conflicts/losses");
  await looksWell(author, "zh-losses");
  await author.page.getByRole("button", { name: "重新提交我的值" }).click();
  await author.page.getByText("您提交的值都已采用").waitFor();
  expect(true, "the author sends the lost value once more in one action");
  await ask("stop", "branch");
}
