import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { JupyterLab } from "../jupyterLab";

/** Starting a kernel and running a notebook; long, as other tests may run beside. */
export const PATIENCE = { timeout: 300_000, interval: 500 };

/** A notebook that is open in JupyterLab, in a browser. */
export interface NotebookPage {
  readonly page: Page;
  /** Errors and warnings in the console, and addresses on other machines. */
  readonly troubles: string[];
  /** A code cell, counted from 0. */
  cell(index: number): Locator;
  /** Types what replaces the whole text of a code cell. */
  edit(index: number, source: string): Promise<void>;
  /** Clicks an item of the menu Run: "runmenu:run-all" or "notebook:run-all-below". */
  menu(command: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a notebook of the folder, and waits until its kernel is ready. */
export async function openNotebook(browser: Browser, lab: JupyterLab, name: string): Promise<NotebookPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  const troubles = watched(page, lab.url);
  const ready = kernelAnswers(page);
  await page.goto(`${lab.url}/lab/tree/${name}?token=${lab.token}`);
  const notebook = page.locator(".jp-NotebookPanel");
  await notebook.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  await ready; // JupyterLab calls a kernel idle before it has heard of it
  const cell = (index: number) => notebook.locator(".jp-CodeCell").nth(index);
  return {
    page,
    troubles,
    cell,
    async edit(index, source) {
      await cell(index).locator(".cm-content").click();
      await page.keyboard.press("Control+A");
      await page.keyboard.insertText(source);
    },
    async menu(command) {
      await page.locator(".lm-MenuBar-item", { hasText: /^Run$/ }).click();
      await page.locator(`.lm-Menu-item[data-command="${command}"]`).click();
    },
    close: () => context.close(),
  };
}

/** Waits until a cell has run for the given time, as the number beside it says. */
export async function hasRun(cell: Locator, number: number): Promise<void> {
  await expect.poll(() => cell.locator(".jp-InputPrompt").first().textContent(), PATIENCE).toBe(`[${number}]:`);
}

/** Resolves when the kernel has told JupyterLab what it is. */
function kernelAnswers(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => payload.includes("kernel_info_reply") && resolve()),
    );
  });
}

function watched(page: Page, url: string): string[] {
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    troubles.push(`${message.text()} (${message.location().url})`);
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!/^(data|blob):$/.test(protocol) && origin !== url) troubles.push(request.url());
  });
  return troubles;
}
