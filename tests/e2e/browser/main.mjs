// The browser's part of tests/e2e/workbench.py; its parts are run in this order on one space.
import { broken, ending, openBrowser } from "./bench.mjs";
import { everyPage } from "./pages.mjs";

const [, , pictures] = process.argv;
const parts = { everyPage };
const only = process.env.ZHIBU_ONLY ?? "";

const browser = await openBrowser();
try {
  for (const [name, part] of Object.entries(parts)) {
    if (only === "" || only.split(",").includes(name)) {
      await part(browser, pictures);
    }
  }
} catch (error) {
  broken(error);
} finally {
  await browser.close();
}
ending();
process.exit(0);
