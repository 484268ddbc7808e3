// 100,000 rows: the page's own part, with the answers made up, so that it is the page that is measured.

import { ask, expect, Tab } from "./bench.mjs";

const TOTAL = 100_000;

const recordAt = (index) => ({
  id: `00000000-0000-7000-8000-${String(index).padStart(12, "0")}`,
  kind: "person",
  retired: false,
  fields: { name: { value: `人${index}`, shown: `人${index}`, changed_at: 1 } },
});

async function answer(route) {
  const query = new URL(route.request().url()).searchParams;
  const offset = Number(query.get("offset"));
  const length = Math.max(0, Math.min(Number(query.get("limit")), TOTAL - offset));
  await route.fulfill({
    contentType: "application/json",
    body: JSON.stringify({
      total: TOTAL,
      records: Array.from({ length }, (_, i) => recordAt(offset + i)),
    }),
  });
}

/** The longest time between two frames while the list is scrolled from its top to its end. */
const scrolled = (page) =>
  page.getByRole("grid").evaluate(async (grid) => {
    const steps = 60;
    let longest = 0;
    let last = performance.now();
    for (let step = 1; step <= steps; step += 1) {
      grid.scrollTop = ((grid.scrollHeight - grid.clientHeight) * step) / steps;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return Math.round(longest);
  });

export async function lists(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "officer"), pictures);
  await tab.page.route("**/api/records/person?*", answer);
  await tab.go("persons");
  await tab.page.getByText("共 100000 条").waitFor();
  const rows = await tab.page.getByRole("row").count();
  expect(rows < 80, "of 100,000 rows those in sight are drawn", rows);
  const longest = await scrolled(tab.page);
  expect(longest > 0, `scrolled through, the longest frame took ${longest} ms (aim: 100 ms)`);
  await tab.page.getByText("人99999", { exact: true }).waitFor();
  expect(true, "at the end the last one is there");
  await tab.page.getByRole("grid").focus();
  await tab.page.keyboard.press("Home");
  await tab.page.getByText("人0", { exact: true }).waitFor();
  await tab.page.keyboard.press("End");
  await tab.page.getByText("人99999", { exact: true }).waitFor();
  expect(true, "Home and End go to both ends");
  const violations = await tab.violations();
  expect(violations.length === 0, "axe-core finds no violation in the middle of it", violations);
  await ask("stop", "officer");
}
