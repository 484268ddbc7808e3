// Recruitment, conversion and transfer, action by action, through the page.
import { act, choose, daysAgo, open, shows } from "./acting.mjs";
import { ask, expect, Tab } from "./bench.mjs";
import { idNumber } from "./people.mjs";

/** Names of members of the branch who may stand by an applicant. */
async function members(count) {
  const [listed] = await ask("run", "branch", "list", "person", "--limit", String(count), "--filter", "full_members");
  if (listed.records.length < count) {
    throw new Error(`too few full members: ${JSON.stringify(listed)}`);
  }
  return listed.records.map((record) => record.fields.name.shown);
}

async function recruitment(tab, [first, second]) {
  await tab.go("applicants");
  await act(tab, "快速新增", {
    姓名: "郑发展",
    身份证号: idNumber("1994-04-05", 211),
    性别: "男",
    出生日期: "1994-04-05",
    民族: "汉族",
    手机: "15400003211",
    申请入党日期: "2022-01-10",
  });
  await open(tab, "applicants", "郑发展");
  await shows(tab, "2022-01-10");
  expect(true, "an applicant is entered by 快速新增");
  await act(tab, "列为积极分子", {
    列为积极分子日期: "2022-07-20",
    培养联系人一: first,
    培养联系人二: second,
  });
  await shows(tab, "入党积极分子");
  await act(tab, "列为发展对象", { 列为发展对象日期: "2023-08-01" });
  await shows(tab, "发展对象");
  await act(tab, "登记培训", { 培训日期: "2023-10-01", 培训天数: "3" });
  await act(tab, "列入计划", {});
  await shows(tab, String(Number(daysAgo(0).slice(0, 4)) + 1));
  await tab.picture("zh-on-plan");
  expect(true, "step by step they come onto next year's plan");
  await tab.go("planReport");
  await act(tab, "上报", { 上报数: "1", 领导审核: "李书记" });
  expect(true, "the figure is reported that equals the persons entered");
  await open(tab, "applicants", "郑发展");
  await act(tab, "登记政治审查", { 政治审查结论: "合格" });
}

async function admission(tab, [first, second]) {
  await act(tab, "吸收", {
    加入中共组织日期: "2025-09-10",
    审批日期: "2025-09-20",
    入党志愿书编号: "ZYS0003211",
    入党介绍人一: first,
    入党介绍人二: second,
  });
  await shows(tab, "预备党员");
  await shows(tab, "示范大学党委");
  expect(true, "吸收 makes a probationary member, approved by the committee above the branch");
}

async function conversion(tab) {
  await choose(tab, "需要转正的预备党员");
  expect(true, "选择党员状态 “需要转正的预备党员” lists who is due");
  await tab.picture("zh-need-conversion");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("heading", { name: "郑发展" }).waitFor();
  await act(tab, "转正", {});
  await shows(tab, "正式党员");
  expect(true, "转正 makes a full member");
}

/** The letter of the open page as it comes out of the printer. */
async function printed(tab) {
  await tab.page.evaluate(() => {
    window.print = () => undefined;
  });
  await tab.page.getByRole("button", { name: "打印介绍信" }).click();
  await tab.page.locator(".printed").waitFor({ state: "attached" });
  const text = await tab.page.locator(".printed").textContent();
  const wanted = ["中共杭州示范公司委员会：", "郑发展 同志", "由 示范大学党委 去 中共杭州示范公司支部委员会", "W-2026-1", "（盖章）", "回　执　联"];
  const missing = wanted.filter((each) => !text.includes(each));
  expect(missing.length === 0, "the letter is printed with heading, from, to, room for the seal and its receipt", { missing, text });
  await tab.page.emulateMedia({ media: "print" });
  await tab.picture("zh-letter-printed");
  await tab.page.emulateMedia({ media: "screen" });
  await tab.page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await tab.page.locator(".printed").waitFor({ state: "detached" });
}

/** Out of the city and back: the letter, its receipt, and the old record's return. */
async function transfers(tab) {
  await act(tab, "外省市转出", {
    去往省市: "浙江",
    转入组织名称: "中共杭州示范公司支部委员会",
    抬头: "中共杭州示范公司委员会",
    转出党组织名称: "示范大学党委",
    编号: "W-2026-1",
    联系电话: ["021-1"],
    工作岗位或身份: "卫生事业单位专业技术人员",
    党费缴至: daysAgo(30),
  });
  await tab.go("transfers");
  await tab.page.getByText("共 1 条").waitFor();
  expect(true, "a letter to another province is issued");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByText("W-2026-1").first().waitFor();
  await tab.picture("zh-letter");
  await printed(tab);
  await act(tab, "登记回执", {});
  expect(true, "its receipt ends the stay here");
  await choose(tab, "已转往外省市");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("heading", { name: "郑发展" }).waitFor();
  await act(tab, "外省市转入", { 所属支部: "第一党支部", 一线情况: "教学一线", 月缴纳金额: "20.00" });
  await shows(tab, "正式党员");
  expect(true, "from the store the old record lives again");
}

export async function workflows(browser, pictures) {
  // Before the workbench holds the replica.
  const mentors = await members(2);
  const branch = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await recruitment(branch, mentors);
  await admission(branch, mentors);
  expect(branch.complaints.length === 0, "the console stays silent", branch.complaints);
  await ask("stop", "branch");
  await ask("run", "branch", "sync");
  await ask("run", "officer", "sync");
  const officer = await Tab.open(browser, await ask("serve", "officer"), pictures);
  await conversion(officer);
  await transfers(officer);
  expect(officer.complaints.length === 0, "the console stays silent", officer.complaints);
  await ask("stop", "officer");
  await ask("run", "officer", "sync");
  await ask("run", "branch", "sync");
}
