// The life of an API key, by keyboard only, with scripts and without.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, sent, signIn, visitor } from './support/browser.mjs';
import { fillAndSend, go, press } from './support/keyboard.mjs';
import { DEMO, start } from './support/server.mjs';

/** The secret that a page shows. */
const secretOn = async (page) => (await page.innerText('main')).match(/osk_(live|test)_[0-9A-Za-z]{38}/)[0];

describe('an API key', () => {
  let server;
  let browser;

  before(async () => {
    [server, browser] = await Promise.all([start({ demo: true }), launch()]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** The status that a program gets with that secret. */
  const asked = async (secret) =>
    (await fetch(`${server.url}/api/auth/me`, { headers: { authorization: `Bearer ${secret}` } })).status;

  for (const javaScript of [true, false]) {
    test(`is made, shown once, rotated and revoked, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const { page, context, close } = await visitor(browser, server, { javaScript });
      await signIn({ context }, DEMO.admin, DEMO.password);
      const name = `Walked ${javaScript ? 'with' : 'without'} scripts`;

      await page.goto('/orgs/acme/keys');
      await go(page, 'main a[href$="/keys/new"]');
      const made = await fillAndSend(page, { name });
      assert.equal(made.status(), 200);
      const first = await secretOn(page);
      assert.equal(await asked(first), 200);

      // The way on says that it was stored: without it a script would ask.
      await go(page, 'main .actions a');
      await page.goto('/orgs/acme/keys');
      assert.ok(!(await page.innerText('main')).includes(first), 'it is shown once');
      const key = await page.getAttribute(`main a:has-text("${name}")`, 'href');
      await page.goto(`${key}/rotate`);
      assert.equal((await press(page, 'main form button[type=submit]')).status(), 200);
      const second = await secretOn(page);
      assert.notEqual(second, first);
      // The old one goes on for a while.
      assert.deepEqual([await asked(first), await asked(second)], [200, 200]);

      await page.goto(`${key}/revoke`);
      assert.ok((await page.innerText('main')).includes(name), 'what is revoked is named');
      assert.equal((await press(page, 'main form button[type=submit]')).status(), 200);
      assert.deepEqual([await asked(first), await asked(second)], [401, 401]);
      await close();
    });
  }

  test('is of the organisation in the address, whatever other tabs show, and is made once', async () => {
    const { page, context, watch } = await visitor(browser, server);
    await signIn({ context }, DEMO.admin, DEMO.password);
    const { data } = await (await context.request.get('/api/orgs')).json();
    const other = data.find(({ slug }) => slug !== 'acme').slug;
    const tabs = { acme: page, [other]: await context.newPage() };
    for (const [slug, tab] of Object.entries(tabs)) {
      await tab.goto(`/orgs/${slug}/keys/new`);
      await tab.fill('[name=name]', `Of ${slug}`);
    }
    for (const tab of Object.values(tabs)) {
      // An impatient person.
      await sent(tab, () => tab.locator('main form button[type=submit]').dblclick());
    }
    for (const slug of Object.keys(tabs)) {
      const keys = await (await context.request.get(`/api/orgs/${slug}/keys?q=Of`)).json();
      assert.deepEqual(keys.data.map(({ name }) => name), [`Of ${slug}`]);
    }
    watch.check();
    await context.close();
  });

  test('is neither offered to a viewer nor made by one who forces it', async () => {
    const { page, context, watch } = await visitor(browser, server);
    await signIn({ context }, DEMO.viewer, DEMO.password);
    await page.goto('/account/organisations');
    assert.equal(await page.locator('a[href$="/orgs/acme/keys"]').count(), 0);
    const forced = await page.goto('/orgs/acme/keys/new');
    assert.equal(forced.status(), 403);
    assert.equal(await page.locator('h1').count(), 1);
    watch.check();
    await context.close();
  });
});
