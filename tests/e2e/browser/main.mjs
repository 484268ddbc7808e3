// The browser's part of tests/e2e/workbench.py; its parts are run in this order on one space.
import { broken, ending, openBrowser } from "./bench.mjs";
import { officer } from "./casework.mjs";
import { accountDisabled, faults, windowEnds } from "./faults.mjs";
import { secretary } from "./forms.mjs";
import { imports } from "./imports.mjs";
import { lists } from "./lists.mjs";
import { management, secondFactor } from "./manage.mjs";
import { everyPage } from "./pages.mjs";
import { transfers } from "./transfers.mjs";
import { workflows } from "./workflows.mjs";

const [, , pictures] = process.argv;
const parts = {
  everyPage,
  lists,
  secretary,
  officer,
  faults,
  management,
  imports,
  workflows,
  transfers,
  accountDisabled,
  secondFactor,
  windowEnds,
};
const only = process.env.ZHIBU_ONLY ?? "";

const browser = await openBrowser();
try {
  for (const [name, part] of Object.entries(parts)) {
    if (only === "" || only.split(",").includes(name)) {
      await part(browser, pictures).catch(async (error) => {
        broken(error);
        const pages = browser.contexts().flatMap((context) => context.pages());
        for (const [number, page] of pages.entries()) {
          await page.screenshot({ path: `${pictures}/failed-${name}-${number}.png` });
        }
      });
    }
  }
} catch (error) {
  broken(error);
} finally {
  await browser.close();
}
ending();
process.exit(0);
