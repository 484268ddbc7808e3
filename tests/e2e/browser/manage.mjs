// Accounts, windows, actions on many: the officer's daily work.
import { createHmac } from "node:crypto";

import { ask, expect, PASSWORD, Tab } from "./bench.mjs";

async function accounts(tab) {
  await tab.go("users");
  const row = tab.page.getByRole("row", { name: /一支部账号/ });
  await row.getByRole("button", { name: "禁用" }).click();
  await tab.page.getByText("在线的会话立即断开").waitFor();
  await tab.picture("zh-disable");
  await tab.page.locator(".ant-popconfirm").getByRole("button", { name: "禁用" }).click();
  await row.getByRole("button", { name: "启用" }).waitFor();
  expect(true, "one click and its confirmation disable an account");
  await row.getByRole("button", { name: "启用" }).click();
  await tab.page.locator(".ant-popconfirm").getByRole("button", { name: "启用" }).click();
  await row.getByRole("button", { name: "禁用" }).waitFor();
  expect(true, "and enable it");
}

async function code(tab) {
  await tab.go("users");
  const row = tab.page.getByRole("row", { name: /一支部账号/ });
  await row.getByRole("button", { name: "登记码" }).click();
  const dialog = tab.page.getByRole("dialog");
  await dialog.getByLabel("设备登记后可立即使用").check();
  await dialog.getByRole("button", { name: "登记码" }).click();
  await dialog.getByText("只显示这一次").waitFor();
  const made = await dialog.locator("code").first().textContent();
  expect(/^[0-9A-Z]{7}(-[0-9A-Z]{7}){10}$/.test(made.trim()), "an enrolment code is made and shown", made);
  const violations = await tab.violations();
  expect(violations.length === 0, "its dialog: axe-core finds no violation", violations);
  await dialog.getByRole("button", { name: "关闭" }).last().click();
  await dialog.waitFor({ state: "detached" });
  expect(
    !(await tab.page.content()).includes(made.trim()),
    "closed, it is nowhere on the page any more",
  );
}

async function changePassword(tab, current, next) {
  await tab.go("profile");
  await tab.page.getByRole("button", { name: "更改密码" }).click();
  const dialog = tab.page.getByRole("dialog");
  await dialog.getByLabel("现在的密码", { exact: true }).fill(current);
  await dialog.getByLabel("新密码", { exact: true }).fill(next);
  await dialog.getByLabel("再输入一次新密码", { exact: true }).fill(next);
  await dialog.getByRole("button", { name: "更改密码" }).click();
  return dialog;
}

async function password(tab) {
  const next = "another quite long passphrase";
  const refused = await changePassword(tab, "not the password at all", next);
  await refused.getByRole("alert").waitFor();
  await tab.picture("zh-password");
  const violations = await tab.violations();
  expect(violations.length === 0, "changing one's password: axe-core finds no violation", violations);
  await refused.getByRole("button", { name: "取消" }).click();
  for (const [current, following] of [
    [PASSWORD, next],
    [next, PASSWORD],
  ]) {
    await changePassword(tab, current, following);
    await tab.page.getByText("工作台已锁定").waitFor();
    await tab.page.getByLabel("密码", { exact: true }).fill(following);
    await tab.page.getByRole("button", { name: "打开" }).click();
    await tab.page.locator("nav").waitFor();
    await tab.page.getByText("已同步").first().waitFor();
  }
  expect(true, "a password is changed from the page, and the new one opens the workbench");
}

/** RFC 6238, as an authenticator does it. */
function totp(secret, step) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Set up in the own account's page; returns a recovery code. */
async function setUpSecondFactor(tab) {
  await tab.go("profile");
  await tab.page.getByRole("button", { name: "设置双因素认证" }).click();
  const dialog = tab.page.getByRole("dialog");
  const current = dialog.getByLabel("现在的密码", { exact: true });
  await current.fill("not the password at all");
  await dialog.getByRole("button", { name: "生成" }).click();
  await dialog.getByRole("alert").waitFor();
  expect(true, "whoever finds the workbench open makes no second factor");
  await current.fill(PASSWORD);
  await dialog.getByRole("button", { name: "生成" }).click();
  const secret = await dialog.getByLabel("密钥", { exact: true }).textContent();
  const codes = (await dialog.getByLabel("恢复码", { exact: true }).textContent()).split("\n");
  expect(codes.length === 10, "a second factor is made and shown with recovery codes", codes.length);
  await tab.picture("zh-second-factor-made");
  const violations = await tab.violations();
  expect(violations.length === 0, "setting up a second factor: axe-core finds no violation", violations);
  const code = dialog.getByLabel("验证器显示的验证码", { exact: true });
  await code.fill("12345");
  await dialog.getByRole("button", { name: "确认启用" }).click();
  await dialog.getByText("验证码不正确或已用过").waitFor();
  expect(true, "a wrong code confirms nothing");
  await code.fill(totp(secret.replaceAll(/[^A-Z2-7]/g, ""), Math.floor(Date.now() / 30_000)));
  await dialog.getByRole("button", { name: "确认启用" }).click();
  await dialog.waitFor({ state: "detached" });
  const page = await tab.page.content();
  expect(!page.includes(codes[0]), "confirmed, nothing of it is on the page any more");
  return codes[0];
}

/** The general branch's account has a second factor from here on; its page asks for the code. */
export async function secondFactor(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "general"), pictures);
  await tab.page.getByText("已同步").first().waitFor();
  const recovery = await setUpSecondFactor(tab);
  await ask("server", "stop");
  await ask("server", "start");
  const dialog = tab.page.getByRole("dialog");
  const input = dialog.getByLabel("验证码或恢复码", { exact: true });
  await input.waitFor();
  await tab.picture("zh-second-factor");
  const violations = await tab.violations();
  expect(violations.length === 0, "the second factor's dialog: axe-core finds no violation", violations);
  await input.fill("000000");
  await dialog.getByRole("button", { name: "登录服务器" }).click();
  await dialog.getByText("验证码不正确或已用过").waitFor();
  expect(true, "a wrong code is told in words, and asked for again");
  await dialog.getByRole("button", { name: "先离线工作" }).click();
  await dialog.waitFor({ state: "detached" });
  await tab.page.getByRole("button", { name: "需要验证码" }).click();
  await input.fill(recovery);
  await dialog.getByRole("button", { name: "登录服务器" }).click();
  await tab.page.getByText("已同步").first().waitFor();
  expect(true, "put off, the panel asks; a recovery code signs in");
  await ask("stop", "general");
}

async function windows(tab) {
  await tab.go("windows");
  await tab.page.getByRole("button", { name: "延长" }).first().click();
  await tab.page.getByRole("dialog").waitFor();
  await tab.picture("zh-extend");
  await tab.page.getByRole("dialog").getByRole("button", { name: "延长" }).click();
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
  expect(true, "a window is extended");
}

async function devices(tab) {
  await tab.go("devices");
  await tab.page.getByRole("tab", { name: "最近连接" }).click();
  await tab.page.getByRole("cell", { name: "在线" }).first().waitFor();
  const rows = await tab.page.getByRole("table", { name: "最近连接" }).innerText();
  await tab.picture("zh-contacts");
  expect(/officer/.test(rows) && /branch/.test(rows), "the devices page says when each was in touch, and what has not come", rows);
  const violations = await tab.violations();
  expect(violations.length === 0, "contacts: axe-core finds no violation", violations);
}

async function actions(tab) {
  await tab.go("persons");
  const grid = tab.page.getByRole("grid");
  await grid.focus();
  await tab.page.keyboard.press(" ");
  await tab.page.keyboard.press("ArrowDown");
  await tab.page.keyboard.press(" ");
  await tab.page.getByText("已选 2 条").waitFor();
  expect(true, "space selects, the arrows move");
  await tab.page.getByRole("region", { name: "批量操作" }).getByRole("button", { name: "更多" }).click();
  await tab.page.getByRole("menuitem", { name: "党员报到" }).click();
  const dialog = tab.page.getByRole("dialog");
  await dialog.getByLabel("报到社区", { exact: true }).fill("打了一半");
  await tab.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await tab.page.getByRole("region", { name: "批量操作" }).getByRole("button", { name: "更多" }).click();
  await tab.page.getByRole("menuitem", { name: "党员报到" }).click();
  const kept = await dialog.getByLabel("报到社区", { exact: true }).inputValue();
  expect(kept === "打了一半", "an action's dialog that was closed half way is opened again as it was", kept);
  await dialog.getByLabel("报到社区", { exact: true }).fill("");
  await dialog.getByText("共 2 条").waitFor();
  await dialog.getByText("还需填写：报到社区").first().waitFor();
  expect(true, "a preview says of each record what is missing");
  await dialog.getByLabel("报到社区", { exact: true }).fill("示范社区");
  await dialog.getByText("其中 0 条不能办理").waitFor();
  await tab.picture("zh-action");
  const violations = await tab.violations();
  expect(violations.length === 0, "an action's dialog: axe-core finds no violation", violations);
  await dialog.getByRole("button", { name: "确认党员报到" }).click();
  await dialog.waitFor({ state: "detached" });
  await tab.page.getByText("已办理").waitFor();
  expect(true, "confirmed, it is done for both as one group");
}

async function printed(tab) {
  await tab.go("users");
  await tab.page.evaluate(() => {
    window.print = () => {
      window.printedText = document.querySelector(".printed")?.innerText;
    };
  });
  await tab.page.getByRole("button", { name: "打印" }).click();
  await tab.page.waitForFunction(() => window.printedText !== undefined);
  await tab.page.emulateMedia({ media: "print" });
  await tab.picture("zh-printed");
  await tab.page.emulateMedia({ media: "screen" });
  const text = await tab.page.locator(".printed").textContent();
  expect(
    text.includes("用户管理") && text.includes("一支部账号") && text.includes("盖章"),
    "the list is printed with its title and room for the seal",
    text,
  );
  await tab.page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await tab.page.locator(".printed").waitFor({ state: "detached" });
}

/** 账号申请, from the empty form to the paper for the seal. */
async function request(tab) {
  await tab.go("users/account_request/new");
  await tab.choose("管辖组织", "第二党支部");
  await tab.choose("申请类别", "增设");
  await tab.page.getByText("全部项目").click();
  for (const [label, code] of [["账号性质", "短期"], ["级别", "党支部"], ["系统权限", "读写权限"]]) {
    await tab.choose(label, code);
  }
  for (const [label, text] of [["账号名称", "第二党支部"], ["原因", "支部改选"], ["管理员姓名", "周书记"], ["职务", "书记"], ["联系方式", "021-1"]]) {
    await tab.page.getByLabel(label, { exact: true }).fill(text);
  }
  await tab.page.getByRole("button", { name: "保存" }).click();
  await tab.page.locator("dd", { hasText: "申请中" }).waitFor();
  await tab.page.evaluate(() => {
    window.print = () => undefined;
  });
  await tab.page.getByRole("button", { name: "打印申请" }).click();
  await tab.page.locator(".printed").waitFor({ state: "attached" });
  const text = await tab.page.locator(".printed").textContent();
  const wanted = ["账号申请报告", "周书记", "支部改选", "申请单位（盖章）", "审批意见"];
  const missing = wanted.filter((each) => !text.includes(each));
  expect(missing.length === 0, "an application for an account begins as asked for today, and is printed for the seal", { missing, text });
  await tab.page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await tab.page.locator(".printed").waitFor({ state: "detached" });
}

export async function management(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "officer"), pictures);
  await accounts(tab);
  await code(tab);
  await request(tab);
  await windows(tab);
  await devices(tab);
  await actions(tab);
  await printed(tab);
  await password(tab);
  expect(tab.complaints.length === 0, "the console stays silent", tab.complaints);
  await ask("stop", "officer");
}
