import { isIP } from 'node:net';

import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/**
 * Where tests run, there is neither a screen nor a sandbox. The arguments that `@sparticuz/chromium` proposes are not used:
 * they switch the security of the web off, which is what some tests are about.
 */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/**
 * Starts a real browser: that of `CHROME_PATH`, or the Chromium of the package `@sparticuz/chromium`.
 *
 * @throws Error that says what to do where none can run
 */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env['CHROME_PATH'];
  try {
    const executablePath = own === undefined || own === '' ? await chromium.executablePath() : own;
    return await playwright.launch({ executablePath, args: ARGUMENTS });
  } catch (error) {
    throw new Error(
      'These tests need a browser, and none can run here: neither the Chromium of @sparticuz/chromium nor the one that ' +
        `CHROME_PATH names (${own ?? 'it is not set'}). Set CHROME_PATH to a Chrome or a Chromium of this machine.`,
      { cause: error },
    );
  }
}

/** A page of a browser, and everything that should not have happened on it. */
export class WatchedPage {
  readonly page: Page;
  readonly #problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.#problems.push(`uncaught: ${String(error)}`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' || message.type() === 'warning') this.#problems.push(`console: ${text}`);
    });
    page.on('request', (request) => {
      if (!isHere(request.url())) this.#problems.push(`request to ${request.url()}`);
    });
  }

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<WatchedPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const watched = new WatchedPage(await context.newPage());
    // Before that of a test, so that what is missing is named.
    watched.page.setDefaultTimeout(8_000);
    await watched.page.goto(url);
    return watched;
  }

  /** Console errors and warnings, uncaught errors, requests beyond loopback; those apart that are expected. */
  problems(expected = /^$/): readonly string[] {
    return this.#problems.filter((problem) => !expected.test(problem));
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

function isHere(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'data:' || protocol === 'blob:') return true;
  return hostname === 'localhost' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}
