// A branch's secretary at work: what is typed, what is refused, what is kept.
import { ask, expect, PASSWORD, Tab } from "./bench.mjs";
import { idNumber } from "./people.mjs";

const field = (tab, label) => tab.page.getByLabel(label, { exact: true });
const itemOf = (tab, label) => tab.page.locator(".ant-form-item", { has: field(tab, label) });

/** Waits until the input shows so. */
async function holds(tab, label, value) {
  for (let i = 0; i < 50 && (await field(tab, label).inputValue()) !== value; i += 1) {
    await tab.page.waitForTimeout(100);
  }
  const found = await field(tab, label).inputValue();
  expect(found === value, `${label}: ${value}`, found);
}

async function refuses(tab) {
  await tab.go("persons/person/new");
  await field(tab, "身份证号").fill(idNumber("1990-05-06", 12));
  await holds(tab, "出生日期", "1990-05-06");
  expect(true, "an id number fills the birth date");
  const sex = await itemOf(tab, "性别").innerText();
  expect(sex.includes("女"), "and the sex", sex);
  await field(tab, "手机").fill("12345");
  await field(tab, "出生日期").fill("1990-02-31");
  await field(tab, "出生日期").press("Tab");
  await itemOf(tab, "出生日期").getByText("无法识别").waitFor();
  expect(true, "a day that does not exist is said beside its field while it is typed");
  await tab.picture("zh-form-wrong");
  await tab.page.getByRole("button", { name: "保存" }).click();
  await tab.page.getByRole("alert").first().waitFor();
  expect((await field(tab, "手机").inputValue()) === "12345", "refused, it keeps what was typed");
  const violations = await tab.violations();
  expect(violations.length === 0, "a refused form: axe-core finds no violation", violations);
  await tab.go("home");
  await tab.go("persons/person/new");
  expect((await field(tab, "手机").inputValue()) === "12345", "another page and back: it is still there");
}

async function keepsThroughLock(tab) {
  await tab.page.getByRole("button", { name: "锁定" }).click();
  await tab.page.getByLabel("密码").waitFor();
  const shown = await tab.page.locator("body").innerText();
  expect(!shown.includes("12345"), "locked, nothing of it is shown");
  await tab.picture("zh-locked");
  const violations = await tab.violations();
  expect(violations.length === 0, "the lock screen: axe-core finds no violation", violations);
  // The workbench may still be closing when the word is typed.
  for (let i = 0; i < 20 && (await tab.page.locator("nav").count()) === 0; i += 1) {
    await tab.page.getByLabel("密码").fill(PASSWORD);
    await tab.page.getByLabel("密码").press("Enter");
    await tab.page.locator("nav").waitFor({ timeout: 3000 }).catch(() => undefined);
  }
  expect(tab.page.url().includes("#/persons/person/new"), "unlocked, one is where one was", tab.page.url());
  expect((await field(tab, "手机").inputValue()) === "12345", "with what was typed before the lock");
}

async function saves(tab) {
  await field(tab, "姓名").fill("赵测试");
  await tab.choose("民族", "汉族");
  await field(tab, "出生日期").fill("1990-05-06");
  await field(tab, "出生日期").press("Tab");
  await field(tab, "手机").fill("12345");
  await tab.choose("所属支部", "第一党支部");
  await tab.choose("阶段", "入党申请人");
  await tab.page.getByRole("button", { name: "全部项目" }).or(tab.page.getByText("全部项目")).first().click();
  await field(tab, "申请入党日期").fill("2020-01-01");
  await field(tab, "申请入党日期").press("Tab");
  await itemOf(tab, "手机").getByText("11").waitFor();
  expect(true, "a wrong mobile number is said beside its field while it is typed");
  await field(tab, "手机").fill("15400009999");
  await tab.picture("zh-form-right");
  await field(tab, "姓名").press("Enter");
  await tab.page.getByRole("heading", { name: "赵测试" }).waitFor();
  expect(true, "Enter saves, and the new person's page is there");
  await tab.picture("zh-person");
  const violations = await tab.violations();
  expect(violations.length === 0, "a person's page: axe-core finds no violation", violations);
}

/** What a field says of a text, and whether the text is still there; undefined where it is taken. */
async function refusal(tab, label, text) {
  const edit = tab.page.getByRole("button", { name: "修改", exact: true });
  await edit.click();
  await field(tab, label).fill(text);
  await field(tab, label).press("Tab");
  await tab.page.getByRole("button", { name: "保存" }).click();
  await edit.or(tab.page.getByRole("alert")).first().waitFor();
  if (await edit.isVisible()) {
    return undefined;
  }
  const words = (await itemOf(tab, label).innerText()).replace(label, "").trim();
  const kept = (await field(tab, label).inputValue()) === text;
  await tab.page.getByRole("button", { name: "放弃修改" }).click();
  await edit.waitFor();
  return { words, kept };
}

async function hostile(tab) {
  for (const text of ["<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "😀😀", "\u202Eabc"]) {
    const said = await refusal(tab, "籍贯", text);
    expect(said === undefined || (said.words !== "" && said.kept), "hostile text is kept as text or refused beside its field", said);
  }
  expect((await tab.page.locator("img[src=x]").count()) === 0, "what a hostile hand types is text on the page");
  for (const [label, text] of [
    ["籍贯", "赵".repeat(10_000)],
    ["姓名", "<script>alert(1)</script>"],
    ["姓名", "=cmd|' /C calc'!A0"],
    ["姓名", "😀"],
    ["姓名", "\u202E赵"],
    ["参加工作日期", "0000-01-01"],
    ["参加工作日期", "9999-12-31"],
  ]) {
    const said = await refusal(tab, label, text);
    expect(
      said !== undefined && said.words !== "" && said.kept,
      `${label}: ${text.slice(0, 20)} is refused beside its field, and what was typed is kept`,
      said ?? "taken",
    );
  }
}

async function list(tab) {
  await tab.go("applicants");
  await tab.page.locator("body").press("/");
  await tab.page.keyboard.type("赵测试");
  await tab.page.getByText("共 1 条").waitFor();
  expect(true, "the key / comes to the search, which searches as one types");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("heading", { name: "赵测试" }).waitFor();
  expect(true, "Enter opens the row");
  await tab.page.getByRole("button", { name: "返回" }).click();
  await tab.page.getByText("共 1 条").waitFor();
  expect(true, "back again, the list stands as it stood");
}

/** What others decide is shown, and offers nothing that would be refused; the own contact is one's own. */
async function own(tab) {
  await tab.go("conflicts/fields");
  await tab.page.getByText("由上级组织裁定").first().waitFor();
  const offered = await tab.page.getByRole("button", { name: "采用提出的值" }).count();
  expect(offered === 0, "a branch is told who decides a conflict, and is not asked to", offered);
  await tab.go("conflicts/losses");
  await tab.page.locator(".side", { hasText: "您的值" }).getByText("江苏南京").waitFor();
  await tab.page.locator(".side", { hasText: "采用的值" }).getByText("浙江杭州").waitFor();
  expect(true, "of a value that was not taken, one's own and the other are told apart");
  await tab.go("profile");
  await tab.page.getByRole("button", { name: "修改", exact: true }).click();
  const asked = await tab.page.locator("form .ant-form-item").count();
  await field(tab, "联系方式").fill("021-5555");
  await field(tab, "联系方式").press("Enter");
  await tab.page.locator("dd", { hasText: "021-5555" }).waitFor();
  expect(asked === 2, "个人信息: post and contact are kept by their holder, and nothing else is asked", asked);
  await tab.go("elections");
  await tab.page.getByRole("button", { name: "新增" }).first().click();
  await tab.choose("党组织", "第一党支部");
  await tab.choose("选举类别", "换届");
  await field(tab, "选举日期").fill("2025-06-01");
  await field(tab, "选举日期").press("Tab");
  await tab.page.getByRole("button", { name: "保存" }).click();
  await tab.page.locator("dd", { hasText: "2025-06-01" }).waitFor();
  expect(true, "组织换届选举: one is entered there, for the organisation that is chosen");
}

export async function secretary(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await refuses(tab);
  await keepsThroughLock(tab);
  await saves(tab);
  await hostile(tab);
  await list(tab);
  await own(tab);
  expect(tab.complaints.length === 0, "the console stays silent", tab.complaints);
  await ask("stop", "branch");
}
