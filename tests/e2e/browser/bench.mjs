// What every part of the proof uses: the browser, the page, and the programs behind it.
import { createRequire } from "node:module";
import readline from "node:readline";

const require = createRequire(new URL("../../../client/web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");

const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Asks the Python part for something of the programs. */
export async function ask(verb, ...words) {
  say({ do: verb, with: words });
  const { value } = await answers.next();
  return JSON.parse(value);
}

const missed = [];

/** An expectation. The proof goes on after one that does not hold, so that all are seen at once. */
export function expect(condition, what, found = "") {
  if (condition) {
    say({ held: what });
  } else {
    missed.push(`${what}${found === "" ? "" : `\n    found: ${JSON.stringify(found, null, 1)}`}`);
  }
}

export const ending = () => {
  if (missed.length > 0) {
    say({ failed: missed.join("\n") });
  }
};

export const broken = (error) => missed.push(String(error?.stack ?? error));

export const PASSWORD = process.env.ZHIBU_PASSWORD;

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
  });
}

/** One person's tab: an address opened at 1366x768, what its console says, axe-core, pictures. */
export class Tab {
  constructor(page, pictures) {
    this.page = page;
    this.pictures = pictures;
    this.complaints = [];
    page.on("console", (message) => {
      // What a refusal's status is, the browser writes down by itself.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.complaints.push(`${page.url()}: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  static async open(browser, address, pictures) {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const tab = new Tab(await context.newPage(), pictures);
    tab.page.setDefaultTimeout(10_000);
    const begun = Date.now();
    await tab.page.goto(address);
    await tab.page.locator("nav").waitFor();
    tab.firstPageMs = Date.now() - begun;
    return tab;
  }

  /** Goes to a place of the workbench by its address, as a link does. */
  async go(place) {
    await this.page.evaluate((hash) => {
      window.location.hash = hash;
    }, `#/${place}`);
    await this.settle();
  }

  /** Until nothing is being fetched and nothing turns. */
  async settle() {
    await this.page.waitForLoadState("networkidle", { timeout: 1000 }).catch(() => undefined);
    await this.page.locator(".ant-spin-spinning").waitFor({ state: "detached" });
  }

  async speak(language) {
    const now = await this.page.evaluate(() => document.documentElement.lang);
    if ((now === "zh-CN") !== (language === "zh")) {
      await this.page.getByRole("button", { name: language === "zh" ? "中文" : "English" }).click();
      await this.page.waitForFunction(
        (lang) => document.documentElement.lang === lang,
        language === "zh" ? "zh-CN" : "en",
      );
    }
  }

  /** Chooses from a list of codes, or of records, by typing. */
  async choose(label, typed) {
    const input = this.page.getByLabel(label, { exact: true });
    await input.click();
    await input.fill(typed);
    await this.page.locator(".ant-select-item-option:visible", { hasText: typed }).first().click();
  }

  async picture(name) {
    await this.page.screenshot({ path: `${this.pictures}/${name}.png` });
  }

  /** Violations of WCAG 2.2 AA that axe-core finds, in words. */
  async violations() {
    if (!(await this.page.evaluate(() => "axe" in window))) {
      await this.page.evaluate(require("node:fs").readFileSync(AXE, "utf8"));
    }
    return this.page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
      return result.violations.map(
        (each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(" | ")}`,
      );
    });
  }

  /**
   * Elements that stick out of the window to the right, words of the menu and headings of lists that
   * are cut, buttons that their cell of a list does not hold.
   */
  async cutOff() {
    return this.page.evaluate(() => {
      const out = [];
      if (document.documentElement.scrollWidth > window.innerWidth) {
        out.push(`page is ${document.documentElement.scrollWidth} wide`);
      }
      for (const each of document.querySelectorAll(".ant-btn, .frame-top *, .page-head *")) {
        const box = each.getBoundingClientRect();
        if (box.width > 0 && box.right > window.innerWidth + 1 && each.closest(".grid") === null) {
          out.push(each.outerHTML.slice(0, 120));
        }
      }
      const words = ".grid-header .grid-title, .frame-side .ant-menu-title-content";
      for (const each of document.querySelectorAll(words)) {
        if (each.scrollWidth > each.clientWidth + 1) {
          out.push(`words ${each.textContent}`);
        }
      }
      for (const each of document.querySelectorAll(".grid-steps button")) {
        const cell = each.closest(".grid-cell").getBoundingClientRect();
        if (each.getBoundingClientRect().right > cell.right) {
          out.push(`button ${each.textContent}`);
        }
      }
      return out;
    });
  }
}
