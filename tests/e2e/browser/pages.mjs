// Every page of the menu, and a record of each kind that a page lists, in both languages.

import { ask, expect, Tab } from "./bench.mjs";

const PAGES = [
  "home", "applicants", "planReport", "persons", "transfers", "duplicates", "ownOrganisation",
  "tree", "dues", "elections", "appraisals", "overviewFigures", "statistics", "queries", "checks",
  "annualTables", "tableChecks", "submit", "profile", "users", "windows", "devices", "conflicts",
  "operations", "operations/incident", "operations/export", "users/account_request", "devices/enrolment_code", "conflicts/fields", "conflicts/losses", "tree/tree",
  "persons/import/person",
];
const FORMS = ["person", "organisation", "letter", "plan", "dues_payment", "account", "window"];

async function look(tab, name) {
  await tab.picture(name);
  const cut = await tab.cutOff();
  expect(cut.length === 0, `${name}: nothing is cut off at 1366x768`, cut);
  const violations = await tab.violations();
  expect(violations.length === 0, `${name}: axe-core finds no violation`, violations);
}

export async function everyPage(browser, pictures) {
  const tab = await Tab.open(browser, await ask("serve", "officer"), pictures);
  // Said, not judged: what else the machine does is nobody's fault here.
  expect(tab.firstPageMs > 0, `the first page is there after ${tab.firstPageMs} ms (aim: 1,000 ms)`);
  for (const language of ["zh", "en"]) {
    await tab.speak(language);
    for (const page of PAGES) {
      await tab.go(page);
      await look(tab, `${language}-${page.replaceAll("/", "-")}`);
    }
    await tab.go("ownOrganisation");
    await tab.page.getByRole("tab").last().click();
    await tab.settle();
    await look(tab, `${language}-history`);
    for (const kind of FORMS) {
      await tab.go(`persons/${kind}/new`);
      await look(tab, `${language}-new-${kind}`);
    }
  }
  expect(tab.complaints.length === 0, "the console stays silent", tab.complaints);
  await ask("stop", "officer");
}
