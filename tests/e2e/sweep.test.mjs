// Every page in both themes, on a wide and on a narrow screen: accessible, no wider than the window, and in order.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { PAGES } from './pages.mjs';
import { axe, launch, open, overflow, shape, signIn, visitor } from './support/browser.mjs';
import { DEMO, start } from './support/server.mjs';

const WIDTHS = [1280, 375];

/** What is wrong with the page that is shown, in each theme and width. */
async function look(page) {
  const wrong = await shape(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const over = await overflow(page);
    if (over !== '') wrong.push(`${width} px: ${over}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      wrong.push(...(await axe(page)).map((violation) => `${width} px, ${colorScheme}: ${violation}`));
    }
  }
  return wrong;
}

describe('the pages of the example', { concurrency: 2 }, () => {
  let server;
  let browser;
  const cookies = { anonymous: [] };

  before(async () => {
    [server, browser] = await Promise.all([start({ demo: true }), launch()]);
    await fetch(`${server.url}/api/auth/forgot-password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: DEMO.viewer }),
    });
    for (const role of ['admin', 'member', 'viewer']) {
      const person = await visitor(browser, server);
      await signIn(person, DEMO[role], DEMO.password);
      cookies[role] = await person.context.cookies();
      await person.close();
    }
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const get = async (path) => {
    const cookie = cookies.admin.map(({ name, value }) => `${name}=${value}`).join('; ');
    const answer = await fetch(server.url + path, { headers: { cookie } });
    assert.equal(answer.status, 200, path);
    return answer.json();
  };

  PAGES.forEach(({ path, as, status = 200 }, number) => {
    const name = typeof path === 'string' ? path : `page ${number + 1} of the list`;
    test(`${name} as ${as}`, async () => {
      const where = typeof path === 'string' ? path : await path({ server, get });
      const { page, close } = await visitor(browser, server, { cookies: cookies[as] });
        const answer = await open(page, where);
      assert.equal(answer.status(), status, where);
      const wrong = await look(page);
      assert.deepEqual(wrong, [], `${where} as ${as}:\n${wrong.join('\n')}`);
      await close();
    });
  });
});

test('the page that makes the first administrator', async () => {
  const [server, browser] = await Promise.all([start(), launch()]);
  try {
    const { page, close } = await visitor(browser, server);
    const answer = await open(page, server.setupLink.slice(server.url.length));
    assert.equal(answer.status(), 200);
    const wrong = await look(page);
    assert.deepEqual(wrong, [], wrong.join('\n'));
    await close();
  } finally {
    await browser.close();
    await server.stop();
  }
});
