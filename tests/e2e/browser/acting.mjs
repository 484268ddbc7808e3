// How people do an action on the page, and come to it.
/**
 * Types into an action's dialog: a day, a text, what a list of codes or records offers, or, in an
 * array, what a list of words takes.
 */
async function give(tab, label, value) {
  const input = tab.page.getByRole("dialog").getByLabel(label, { exact: true });
  if (Array.isArray(value)) {
    for (const word of value) {
      await input.fill(word);
      await input.press("Enter");
    }
  } else if ((await input.getAttribute("role")) === "combobox") {
    // Where a value stands already, it lies over the input.
    await input.focus();
    await input.fill(value);
    await tab.page.locator(".ant-select-item-option:visible", { hasText: value }).first().click();
  } else {
    await input.fill(value);
    await input.press("Tab");
  }
}

/**
 * Does an action as it is offered on the open page; warnings are read and accepted. `look` is shown
 * the dialog when all is given.
 */
export async function act(tab, name, inputs, look = async () => undefined) {
  const button = tab.page.getByRole("button", { name, exact: true });
  await button.or(tab.page.getByRole("button", { name: "更多" })).first().waitFor();
  if (await button.isVisible()) {
    await button.click();
  } else {
    await tab.page.getByRole("button", { name: "更多" }).click();
    await tab.page.getByRole("menuitem", { name, exact: true }).click();
  }
  const dialog = tab.page.getByRole("dialog");
  await dialog.waitFor();
  for (const [label, value] of Object.entries(inputs)) {
    await give(tab, label, value);
  }
  await look(dialog);
  const confirm = dialog.getByRole("button", { name: `确认${name}` });
  const accept = dialog.getByRole("checkbox");
  for (let i = 0; i < 50 && !(await confirm.isEnabled()); i += 1) {
    if ((await accept.count()) > 0 && !(await accept.isChecked())) {
      // A warning may go while the preview still follows what was typed.
      await accept.check({ timeout: 500 }).catch(() => undefined);
    }
    await tab.page.waitForTimeout(100);
  }
  if (!(await confirm.isEnabled())) {
    throw new Error(`${name} is refused: ${await dialog.innerText()}`);
  }
  await confirm.click();
  await dialog.waitFor({ state: "detached" });
}

/** The page of the person of that name, found as one types. */
export async function open(tab, page, name) {
  await tab.go(page);
  await tab.page.getByLabel(/姓名、编号/).fill(name);
  // The list may still show the one that was looked for before.
  await tab.page.getByRole("grid").getByText(name).first().waitFor();
  await tab.page.getByText("共 1 条").waitFor();
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Enter");
  await tab.page.getByRole("heading", { name }).waitFor();
}

/** Of the members, those of the named state alone. */
export async function choose(tab, state) {
  await tab.go("persons");
  await tab.page.getByLabel(/姓名、编号/).fill("");
  await tab.page.getByText(/选择党员状态/).first().click();
  await tab.page.locator(".ant-select-item-option:visible", { hasText: state }).click();
  await tab.page.getByText("共 1 条").waitFor();
}

const DAY = 86_400_000;
const SHANGHAI = DAY / 3;

/** By the programs' calendar, which is Shanghai's wherever the machine stands. */
export const daysAgo = (days) => new Date(Date.now() + SHANGHAI - days * DAY).toISOString().slice(0, 10);

export const shows = (tab, text) => tab.page.locator("dd", { hasText: text }).first().waitFor();
