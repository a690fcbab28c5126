// A real browser, whose pages must not do what they should not: each visitor fails at its end if there was an error in the
// console or on a page, a violation of the content security policy, a request to another origin, or one that failed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The browser. To be closed. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.OSKAR_TEST_BROWSER,
    // As root there is no sandbox; a container's /dev/shm is small.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/**
 * A person with a browser of their own: no cookies, and a tab. `theme` is light or dark, `origins` are those of others that
 * may be asked, such as a product's that the person is sent back to, `cookies` those of an earlier visit. Other
 * options are those of Playwright.
 */
export async function visitor(browser, server, options = {}) {
  const { theme = 'light', width = 1280, height = 900, scale = 1, javaScript = true, origins = [], cookies = [], ...more } = options;
  const context = await browser.newContext({
    baseURL: server.url,
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height },
    deviceScaleFactor: scale,
    javaScriptEnabled: javaScript,
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...more,
  });
  context.setDefaultTimeout(15_000);
  await context.addCookies(cookies);
  const watch = new Watch([new URL(server.url).origin, ...origins]);
  watch.over(context);
  // Where scripts are off, the browser's own line in the console tells of it.
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  return { context, page, watch, close: () => close(context, watch) };
}

async function close(context, watch) {
  await context.close();
  watch.check();
}

/** What went wrong in a browser. */
class Watch {
  #origins;
  #problems = [];
  #console = [];
  #refused = new Set();

  constructor(origins) {
    this.#origins = origins;
  }

  over(context) {
    context.on('console', (message) => {
      if (message.type() === 'error') this.#console.push({ text: message.text(), url: message.location().url });
    });
    context.on('weberror', (error) => this.#problems.push(`error on a page: ${error.error().stack}`));
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && !this.#origins.includes(origin)) {
        this.#problems.push(`request to another origin: ${request.url()}`);
      }
    });
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // A page that was left before all of it had come, or one that is downloaded.
      if (why === 'net::ERR_ABORTED') return;
      this.#problems.push(`request failed: ${request.method()} ${request.url()}: ${why}`);
    });
    context.on('response', (response) => {
      if (response.status() < 400) return;
      // Tests ask for the status of pages themselves.
      if (response.request().isNavigationRequest()) this.#refused.add(response.url());
      else this.#problems.push(`${response.status()}: ${response.request().method()} ${response.url()}`);
    });
  }

  /** Fails if anything went wrong so far, and forgets it. */
  check() {
    const lines = this.#console
      // That a page was refused, the browser tells as an error.
      .filter(({ text, url }) => !(text.startsWith('Failed to load resource') && this.#refused.has(url.split('#')[0])))
      .map(({ text, url }) => `console: ${text} (${url})`);
    const problems = [...this.#problems, ...lines];
    this.#problems = [];
    this.#console = [];
    assert.deepEqual(problems, [], problems.join('\n'));
  }
}

/** Whether a form's way ends with this answer: redirects are followed. */
function endsForm(response) {
  let request = response.request();
  if (!request.isNavigationRequest() || (response.status() >= 300 && response.status() < 400)) return false;
  while (request.redirectedFrom()) request = request.redirectedFrom();
  return request.method() === 'POST';
}

/** Has a form sent, and waits for the page that comes of it; its answer. */
export async function sent(page, send) {
  const [answer] = await Promise.all([page.waitForResponse(endsForm), send()]);
  // Before its end the page before may still be the one that is shown.
  await answer.finished();
  await page.waitForLoadState();
  return answer;
}

/**
 * Opens a path, and gives the answer. The secret of a link is behind a `#`: the page's own script sends it in a form, and
 * the answer to that is the one.
 */
export async function open(page, path) {
  return path.includes('#') ? sent(page, () => page.goto(path)) : page.goto(path);
}

/** Signs in at the API, which gives the browser its cookie. */
export async function signIn({ context }, email, password) {
  const answer = await context.request.post('/api/auth/login', { data: { email, password } });
  assert.equal(answer.status(), 200, `${email}: ${await answer.text()}`);
}

/** Violations of what axe-core knows about accessibility, as the page is shown now. */
export async function axe(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(({ id, help, nodes }) => {
    const where = nodes.map((node) => `    ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\n', ' ')}`);
    return `${id}: ${help}\n${where.join('\n')}`;
  });
}

/** Fails if axe-core finds anything, in one of the themes. */
export async function isAccessible(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const violations = await axe(page);
    assert.deepEqual(violations, [], `${page.url()}, ${colorScheme}:\n${violations.join('\n')}`);
  }
}

/** What every page must have, whatever it is about; as a list of what is wrong. */
export async function shape(page) {
  return page.evaluate(() => {
    const wrong = [];
    const headings = document.querySelectorAll('h1').length;
    if (headings !== 1) wrong.push(`${headings} h1`);
    if (document.title.trim() === '') wrong.push('no title');
    if (document.documentElement.lang === '') wrong.push('no lang');
    if (document.querySelectorAll('main').length !== 1) wrong.push('not one main');
    return wrong;
  });
}

/** How many pixels wider the page is than the window. */
export async function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    const over = root.scrollWidth - root.clientWidth;
    if (over <= 0) return '';
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    return `${over} px too wide: ${wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 90)).join(' | ')}`;
  });
}
