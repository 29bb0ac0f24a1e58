import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const PROGRAM = "/usr/bin/chromium";

/** What keeps the browser from talking to anyone. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether tests in a browser are left out: only where there is none, and never in continuous integration. */
export const withoutBrowser = !existsSync(PROGRAM) && !process.env.CI;
if (withoutBrowser) console.log(`skipped: tests in a browser (no ${PROGRAM} on this machine)`);

const SETTLED = '[data-live="yes"], [data-live="failed"], [data-live="waiting"]';

/** A page, and what went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  /** Messages of errors and warnings, and addresses beyond `file:`, `data:` and `blob:`. */
  readonly troubles: string[];
}

/** Starts the browser. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });
}

/** Opens pages in a browser that is started for the file's tests. */
export function openedPages() {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());
  return async (path: string, options: { readonly javaScriptEnabled?: boolean } = {}): Promise<OpenPage> => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) troubles.push(request.url());
    });
    await page.goto(`file://${path}`);
    if (options.javaScriptEnabled !== false) await page.waitForSelector(SETTLED);
    return { page, troubles };
  };
}

/** What a plot shows: its values row by row, its range and its title. */
export function shownPlot(page: Page, figure = 0): Promise<{ z: number[][]; range: number[]; title: string }> {
  return page.evaluate(`(() => {
    const plot = document.querySelectorAll(".setr-plot")[${figure}];
    const [{ z, zmin, zmax }] = plot.data;
    return { z, range: [zmin, zmax], title: plot.layout.title.text };
  })()`);
}

/** Waits until so many explorers have started. */
export async function explorersStarted(page: Page, count: number): Promise<void> {
  await page.waitForFunction(`document.querySelectorAll('[data-live="yes"]').length === ${count}`);
}
