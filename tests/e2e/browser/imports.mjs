// A roster with bad rows is repaired in the page and comes in; lists are filtered.
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

import { expect, ask, Tab } from "./bench.mjs";
import { idNumber } from "./people.mjs";

const roster = () =>
  [
    "姓名,性别,民族,身份证号,手机",
    `孙一,女,汉族,${idNumber("1988-03-04", 120)},15400001111`,
    `周二,男,汉族,${idNumber("1987-07-08", 131)}9,15400002222`,
    `吴三,男,火星族,${idNumber("1986-01-02", 153)},15400003333`,
  ].join("\n");

/** A zip file with one deflated part. */
function zipped(name, content) {
  const packed = deflateRawSync(content);
  const head = Buffer.alloc(26);
  head.writeUInt16LE(20, 0);
  head.writeUInt16LE(8, 4);
  head.writeUInt32LE(crc32(content), 10);
  head.writeUInt32LE(packed.length, 14);
  head.writeUInt32LE(content.length, 18);
  head.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), head, Buffer.from(name), packed]);
  const central = Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), head, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

async function bombs(tab) {
  await tab.go("persons");
  await tab.page.getByRole("button", { name: "导入" }).click();
  for (const [name, buffer] of [
    ["炸弹.xlsx", zipped("xl/workbook.xml", Buffer.alloc(20_000_000, 32))],
    ["照片.xlsx", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0])],
    ["空.xlsx", Buffer.alloc(0)],
  ]) {
    await tab.page.setInputFiles("input[type=file]", { name, mimeType: "application/octet-stream", buffer });
    await tab.page.getByRole("alert").first().waitFor();
    const words = await tab.page.getByRole("alert").first().innerText();
    expect(words.length > 5, `${name} is refused in words`, words);
    await tab.go("home");
    await tab.go("persons");
    await tab.page.getByRole("button", { name: "导入" }).click();
  }
}

async function repairs(tab) {
  await tab.go("persons");
  await tab.page.getByRole("button", { name: "导入" }).click();
  await tab.page.setInputFiles("input[type=file]", {
    name: "名册.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("PK\u0003\u0004 is no workbook"),
  });
  await tab.page.getByRole("alert").waitFor();
  expect(true, "a file that is no roster is refused in words");
  await tab.page.setInputFiles("input[type=file]", {
    name: "名册.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(roster()),
  });
  await tab.choose("所属支部", "第一党支部");
  await tab.choose("阶段", "正式党员");
  await tab.page.getByText("可导入 1 行，有问题 2 行").waitFor();
  expect(true, "of three rows the preview takes one, and says of each cell what is wrong");
  await tab.picture("zh-import");
  const violations = await tab.violations();
  expect(violations.length === 0, "the import: axe-core finds no violation", violations);
  const fix = tab.page.getByLabel("第 3 行 D 列改为");
  await fix.fill(idNumber("1987-07-08", 131));
  await fix.press("Enter");
  await tab.page.getByText("可导入 2 行，有问题 1 行").waitFor();
  await tab.page.getByLabel("第 4 行 C 列改为").fill("汉族");
  await tab.page.getByLabel("第 4 行 C 列改为").press("Enter");
  await tab.page.getByRole("button", { name: "导入 3 行" }).click();
  await tab.page.getByText("已导入").waitFor();
  expect(true, "put right in place, all three come in as one group");
}

async function filters(tab) {
  await tab.go("persons");
  await tab.page.getByLabel(/姓名、编号/).fill("孙一");
  await tab.page.getByText("共 1 条").waitFor();
  await tab.page.getByLabel(/姓名、编号/).fill("");
  await tab.page.getByRole("button", { name: "筛选", exact: true }).click();
  await tab.page.getByRole("combobox", { name: "选择字段" }).fill("性别");
  await tab.page.locator(".ant-select-item-option:visible", { hasText: "性别" }).first().click();
  await tab.page.getByRole("combobox", { name: "性别", exact: true }).click();
  await tab.page.locator(".ant-select-item-option:visible", { hasText: "女" }).first().click();
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("button", { name: "加入筛选" }).click();
  await tab.page.getByText("性别 是其中之一 女").waitFor();
  await tab.picture("zh-filtered");
  const violations = await tab.violations();
  expect(violations.length === 0, "a filtered list: axe-core finds no violation", violations);
  await tab.page.getByRole("button", { name: "常用筛选" }).click();
  await tab.page.getByLabel("筛选名称").fill("女党员");
  await tab.page.getByRole("button", { name: "保存", exact: true }).click();
  await tab.page.getByRole("button", { name: "女党员", exact: true }).waitFor();
  expect(true, "a filter is kept under a name");
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("button", { name: "去掉这个条件" }).press("Enter");
  await tab.page.getByText("性别 是其中之一 女").waitFor({ state: "detached" });
  expect(true, "and taken away by a key");
}

async function exported(tab) {
  await tab.page.getByRole("button", { name: "导出" }).click();
  await tab.page.getByRole("menuitem", { name: "当前列表（所选的列）" }).click();
  await tab.page.getByText(/已导出 \d+ 条/).waitFor();
  await tab.picture("zh-export");
  const violations = await tab.violations();
  expect(violations.length === 0, "an export: axe-core finds no violation", violations);
  const arriving = tab.page.waitForEvent("download");
  await tab.page.getByRole("button", { name: "保存文件" }).click();
  const download = await arriving;
  const content = readFileSync(await download.path());
  expect(
    download.suggestedFilename().endsWith(".xlsx") && content.subarray(0, 2).toString() === "PK",
    `the filtered list is exported as a workbook: ${download.suggestedFilename()}`,
  );
}

export async function imports(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await bombs(tab);
  await repairs(tab);
  await filters(tab);
  await exported(tab);
  expect(tab.complaints.length === 0, "the console stays silent", tab.complaints);
  await ask("stop", "branch");
  const again = await Tab.open(browser, await ask("serve", "branch"), pictures);
  await again.go("persons");
  await again.page.getByRole("button", { name: "常用筛选" }).click();
  await again.page.getByRole("button", { name: "女党员", exact: true }).click();
  await again.page.getByText("性别 是其中之一 女").waitFor();
  expect(true, "and is there after the program was started again");
  await ask("stop", "branch");
}
