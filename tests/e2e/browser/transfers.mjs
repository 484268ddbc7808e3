// Two branches and another committee: members who come, go, are asked for and are not found.
import { act, choose, daysAgo, open, shows } from "./acting.mjs";
import { ask, expect, Tab } from "./bench.mjs";
import { idNumber } from "./people.mjs";

/** The agents of both ends, the receiver's after the sender's. */
async function exchange(...clients) {
  for (const client of clients) {
    await ask("run", client, "sync");
  }
}

/** A full member of the branch whose basic data are checked, unless `more` says otherwise. */
async function member(by, name, sequence, branch, more = {}) {
  const fields = {
    name,
    id_number: idNumber("1985-03-04", sequence),
    sex: "1",
    birth_date: "1985-03-04",
    organisation: branch,
    stage: "50",
    join_date: "2008-05-06",
    conversion_outcome: "01",
    conversion_date: "2009-05-06",
    mobile: "15400003301",
    phones: "021-2",
    work_post: "10",
    dues_paid_until: daysAgo(20),
    confirmed_on: daysAgo(1),
    ethnic_group: "01",
    ...more,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== "");
  const made = (await ask("run", by, "create", "person", ...given.map((each) => each.join("=")))).at(-1);
  if (made?.id === undefined) {
    throw new Error(`${name} was not made: ${JSON.stringify(made)}`);
  }
}

const failed = async (tab, name, inputs) =>
  act(tab, name, inputs).then(
    () => "",
    (error) => String(error.message),
  );

async function closeDialog(tab) {
  await tab.page.getByRole("dialog").getByRole("button", { name: "取消", exact: true }).click();
  await tab.page.getByRole("dialog").waitFor({ state: "detached" });
}

/** 党委内转出, for two at once. */
async function moves(tab) {
  await tab.go("persons");
  await tab.page.getByLabel(/姓名、编号/).fill("内转");
  await tab.page.getByText("共 2 条").waitFor();
  await tab.page.getByRole("grid").focus();
  for (const key of [" ", "ArrowDown", " "]) {
    await tab.page.keyboard.press(key);
  }
  await tab.page.getByText("已选 2 条").waitFor();
  await tab.speak("en");
  await tab.page.getByRole("button", { name: "More" }).click();
  await tab.page.getByRole("menuitem", { name: "Move to another branch" }).click();
  await tab.page.getByRole("dialog").getByRole("cell", { name: /内转一/ }).first().waitFor();
  await tab.picture("en-move-two");
  await tab.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await tab.speak("zh");
  await act(tab, "党委内转出", { 转入组织: "第二党支部" }, async (dialog) => {
    await dialog.getByText("其中 0 条不能办理").waitFor();
    await tab.picture("zh-move-two");
  });
  expect(true, "党委内转出 moves two members at once");
  await tab.page.getByLabel(/姓名、编号/).fill("");
}

/** 跨党委转出: refused with its reason, then put right in the same dialog. */
async function leaves(tab) {
  await open(tab, "persons", "冯跨委");
  const why = await failed(tab, "跨党委转出", { 转入组织代码: "D010", 党费缴至: daysAgo(0) });
  expect(why.includes("党费"), "跨党委转出 is refused with the reason", why);
  await closeDialog(tab);
  await act(tab, "跨党委转出", { 转入组织代码: "D010", 编号: "K-2026-1", 党费缴至: daysAgo(10) });
  expect(true, "put right, the letter is issued");
  await open(tab, "persons", "陈背书");
  await act(tab, "跨党委转出", { 转入组织代码: "D010", 编号: "K-2026-2" });
  await open(tab, "persons", "褚逾期");
  await act(tab, "跨党委转出", { 转入组织代码: "D010", 编号: "K-2026-3", 开出日期: daysAgo(40), 党费缴至: daysAgo(60) });
  await tab.go("transfers");
  await tab.page.getByText(/选择介绍信/).first().click();
  await tab.page.locator(".ant-select-item-option:visible", { hasText: "逾期" }).first().click();
  await tab.page.getByText("共 1 条").waitFor();
  expect(true, "a letter whose days are over stands among the overdue");
}

async function letter(tab, number) {
  await tab.go("transfers");
  await tab.page.getByLabel(/姓名、编号/).fill(number);
  await tab.page.getByRole("grid").getByText(number).first().waitFor();
  await tab.page.getByText("共 1 条").waitFor();
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.locator("dd", { hasText: number }).first().waitFor();
}

/** The other committee: takes one, sends one on, turns one down, asks for one. */
async function receives(tab) {
  await letter(tab, "K-2026-1");
  await act(tab, "转入接收", { 转入组织: "内科党支部" });
  await open(tab, "persons", "冯跨委");
  await shows(tab, "内科党支部");
  expect(true, "转入接收 takes the member into a branch");
  await letter(tab, "K-2026-2");
  await act(tab, "背书", { 背书转入组织: "内科党支部", 原因: "应转内科" });
  await letter(tab, "K-2026-3");
  await act(tab, "撤销", { 原因: "查无此人" });
  await shows(tab, "撤销");
  expect(true, "撤销 gives the letter back");
  await tab.go("transfers");
  await act(tab, "申请（按身份证号）", {
    姓名: "卫申请",
    身份证号: idNumber("1985-03-04", 337),
    转出组织代码: "D002",
  });
  expect(true, "who is out of sight is asked for by name and id number");
}

/** The sender, of what was sent on and of what was asked for. */
async function answers(tab) {
  await letter(tab, "K-2026-2");
  await tab.page.getByRole("tab", { name: "背书" }).click();
  await tab.page.getByText("应转内科").first().waitFor();
  await tab.picture("zh-endorsed");
  expect(true, "背书 sends the letter on, and its chain says so");
  await tab.go("transfers");
  await tab.page.getByLabel(/姓名、编号/).fill("");
  await tab.page.getByText(/选择介绍信/).first().click();
  await tab.page.locator(".ant-select-item-option:visible", { hasText: "申请待办" }).click();
  await tab.page.getByText("共 1 条").waitFor();
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByText("卫申请").first().waitFor();
  await tab.picture("zh-asked-for");
  await act(tab, "开具", { 编号: "K-2026-4" });
  await shows(tab, "已开具");
  expect(true, "开具 finds the member by the number, and issues the letter");
}

async function newcomers(tab) {
  await tab.go("persons");
  await tab.page.getByLabel(/姓名、编号/).fill("平内转");
  await tab.page.getByText("共 2 条").waitFor();
  expect(true, "the second branch has those who were moved");
  const lacking = await failed(tab, "快速新增（外省市转入）", { 姓名: "蒋外省" });
  expect(lacking.includes("身份证号"), "快速新增（外省市转入） says what lacks", lacking.slice(0, 400));
  await tab.picture("zh-newcomer");
  await closeDialog(tab);
  await act(tab, "快速新增（外省市转入）", {
    姓名: "蒋外省",
    身份证号: idNumber("1988-02-03", 351),
    性别: "男",
    出生日期: "1988-02-03",
    民族: "汉族",
    所属支部: "第二党支部",
    手机: "15400003335",
    联系电话: ["021-3"],
    一线情况: "教学一线",
    加入中共组织日期: "2010-05-06",
    转正情况: "按期转正",
    转正日期: "2011-05-06",
    月缴纳金额: "20.00",
  });
  expect(true, "a newcomer from another province is entered");
  await tab.go("transfers");
  await tab.page.getByText(/选择介绍信/).first().click();
  await tab.page.locator(".ant-select-item-option:visible", { hasText: "本月外省市转入" }).click();
  await tab.page.getByText("共 1 条").waitFor();
  expect(true, "entries from other provinces are a list of their own");
  await open(tab, "persons", "蒋外省");
  await act(tab, "联系不上", {});
  await choose(tab, "联系不上");
  expect(true, "联系不上 is marked and listed");
}

/** 其他转正情况, each by hand on the person's page. */
async function outcomes(tab) {
  await open(tab, "persons", "沈延长");
  await act(tab, "预备期满尚未讨论或审批", { 转正情况原因: "支部大会改期" });
  await shows(tab, "预备期满尚未讨论或审批");
  await act(tab, "延长预备期", { 延长预备期月数: "6", 转正情况原因: "需继续考察", 报备情况: "已与组织部报备" });
  await shows(tab, "延长预备期");
  await act(tab, "延长预备期满转正", { 报备情况: "已与组织部报备" });
  await shows(tab, "正式党员");
  expect(true, "undecided, extended, converted after the extension");
  await open(tab, "persons", "韩取消");
  await act(tab, "预备期满被取消预备党员资格", { 离开日期: daysAgo(2), 转正情况原因: "不合格", 报备情况: "已与组织部报备" });
  await shows(tab, "预备期满被取消预备党员资格");
  expect(true, "cancelled at the end of probation");
}

/** Where a record of that kind and name is shown. */
async function record(page, kind, name) {
  const [listed] = await ask("run", "officer", "list", kind, "--where", `name=${name}`);
  return `${page}/${kind}/${listed.records[0].id}`;
}

/** Two records of one person become one; a branch ends with all that is its own. */
async function endings(browser, pictures) {
  await member("officer", "朱保留", 361, "第二党支部");
  await member("officer", "朱重复", 363, "第二党支部", { native_place: "江苏苏州" });
  await ask("run", "officer", "create", "organisation", "name=外科党支部", "code=D012", "type=30", "parent=附属医院党委");
  const kept = await record("persons", "person", "朱保留");
  const ended = await record("tree", "organisation", "内科党支部");
  const tab = await Tab.open(browser, await ask("serve", "officer"), pictures);
  await tab.go(kept);
  await tab.page.getByRole("heading", { name: "朱保留" }).waitFor();
  await act(tab, "合并重复记录", { 并入的重复记录: "朱重复" }, async (dialog) => {
    await dialog.getByText("停用").waitFor();
    await tab.picture("zh-join");
  });
  await shows(tab, "江苏苏州");
  expect(true, "two records of one person become one, gaps filled");
  await tab.go(ended);
  await tab.page.getByRole("heading", { name: "内科党支部" }).waitFor();
  await act(tab, "合并", { 相关组织: "外科党支部", 批准文件: "附医党〔2026〕1号" }, async (dialog) => {
    await dialog.getByText("冯跨委").first().waitFor();
    await tab.picture("zh-merge");
  });
  await open(tab, "persons", "冯跨委");
  await shows(tab, "外科党支部");
  expect(true, "a branch is merged into another, its members along");
  const violations = await tab.violations();
  expect(violations.length === 0, "after it: axe-core finds no violation", violations);
  await tab.page.getByText("已同步").first().waitFor();
  const [groups] = await ask("stop", "officer").then(() => ask("run", "officer", "groups", "--limit", "2"));
  expect(!JSON.stringify(groups).includes("quarantined"), "and the server has taken both", groups);
}

const probation = (days) => ({
  stage: "40",
  join_date: daysAgo(days),
  join_type: "01",
  conversion_outcome: "",
  conversion_date: "",
});

export async function transfers(browser, pictures) {
  for (const [name, sequence] of [["平内转一", 331], ["平内转二", 333], ["冯跨委", 335], ["卫申请", 337], ["陈背书", 341], ["褚逾期", 343]]) {
    await member("general", name, sequence, "第一党支部");
  }
  await member("general", "沈延长", 345, "第一党支部", probation(600));
  await member("general", "韩取消", 347, "第一党支部", probation(400));
  await exchange("general", "branch");
  const general = await Tab.open(browser, await ask("serve", "general"), pictures);
  await moves(general);
  await outcomes(general);
  expect(general.complaints.length === 0, "the console stays silent", general.complaints);
  await ask("stop", "general");
  await exchange("general", "branch", "second");
  const branch = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await leaves(branch);
  expect(branch.complaints.length === 0, "the console stays silent", branch.complaints);
  await ask("stop", "branch");
  await exchange("branch", "hospital");
  const hospital = await Tab.open(browser, await ask("serve", "hospital"), pictures);
  await receives(hospital);
  expect(hospital.complaints.length === 0, "the console stays silent", hospital.complaints);
  await ask("stop", "hospital");
  await exchange("hospital", "general");
  const asked = await Tab.open(browser, await ask("serve", "general"), pictures);
  await answers(asked);
  await ask("stop", "general");
  await exchange("general", "hospital", "branch");
  const [taken] = await ask("run", "hospital", "list", "person", "--where", "name=卫申请");
  expect(taken.records.length === 1, "the asker sees the member once the letter is issued", taken);
  const second = await Tab.open(browser, await ask("serve", "second"), pictures);
  await newcomers(second);
  expect(second.complaints.length === 0, "the console stays silent", second.complaints);
  await ask("stop", "second");
  await exchange("second", "officer");
  await endings(browser, pictures);
}
