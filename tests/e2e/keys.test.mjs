// The life of an API key, by keyboard only, with scripts and without: made, copied, used, rotated, revoked.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { isAccessible, launch, signIn, visitor } from './support/browser.mjs';
import { fillAndSend, press, tabTo } from './support/keyboard.mjs';
import { DEMO, start } from './support/server.mjs';
import { stage } from './support/stage.mjs';

const KEYS = '/orgs/acme/keys';

/** Follows the link that the selector says. */
async function follow(page, selector, address) {
  await tabTo(page, selector);
  await Promise.all([page.waitForURL(address), page.keyboard.press('Enter')]);
  await page.waitForLoadState();
}

for (const javaScript of [true, false]) {
  describe(`API keys, ${javaScript ? 'with' : 'without'} scripts`, () => {
    const on = stage({ demo: true });

    const visit = async (email) => {
      const person = await on.visit({ javaScript });
      await signIn(person, email, DEMO.password);
      return person;
    };
    /** The status of a request with a key's secret. */
    const used = async (secret) => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(`${on.server.url}/api/verify?environment=any`, { headers })).status;
    };

    test('a key is made, copied, rotated and revoked', async () => {
      const { page, context, close } = await on.visit({ javaScript });
      await page.goto(`${KEYS}?environment=test`);
      await fillAndSend(page, { name: DEMO.admin, password: DEMO.password });
      assert.equal(page.url(), `${on.server.url}${KEYS}?environment=test`);
      await follow(page, 'main a.button', `**${KEYS}/new?environment=test`);
      if (javaScript) await isAccessible(page);
      const shown = await fillAndSend(page, { name: 'Walking bot' });
      assert.equal(shown.status(), 200);
      const secret = await page.textContent('#secret');
      assert.match(secret, /^osk_test_/);
      assert.equal(await used(secret), 200);
      assert.equal(await page.isVisible('[data-copy=secret]'), javaScript);
      if (javaScript) {
        await isAccessible(page);
        await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: on.server.url });
        await tabTo(page, '[data-copy=secret]');
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.getElementById('said').textContent !== '');
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
        // The samples are tabs that the arrow keys choose.
        await tabTo(page, '#sample-curl');
        await page.keyboard.press('ArrowRight');
        assert.ok(await page.isVisible('#in-env'));
      }
      await follow(page, '[data-stored]', `**${KEYS}/key_*`);
      const key = new URL(page.url()).pathname;
      assert.equal((await page.content()).includes(secret), false);

      await follow(page, `a.button[href="${key}/rotate"]`, `**${key}/rotate`);
      const rotated = await press(page, 'main button[type=submit]');
      assert.equal(rotated.status(), 200);
      const second = await page.textContent('#secret');
      assert.deepEqual([await used(secret), await used(second)], [200, 200]);
      await follow(page, '[data-stored]', `**${key}`);

      await follow(page, `a.danger[href="${key}/revoke"]`, `**${key}/revoke`);
      await fillAndSend(page, { reason: 'the walk is over' });
      assert.equal(new URL(page.url()).pathname, key);
      assert.match(await page.textContent('[role=status]'), /Walking bot is revoked/);
      assert.match(await page.textContent('.facts'), /the walk is over/);
      assert.deepEqual([await used(secret), await used(second)], [401, 401]);
      await close();
    });

    test('the menu of a row is opened and closed by keys', async () => {
      const { page, close } = await visit(DEMO.admin);
      await page.goto(KEYS);
      await tabTo(page, '.actions-menu summary');
      await page.keyboard.press('Enter');
      assert.ok(await page.isVisible('.actions-menu[open] a'));
      if (javaScript) {
        await isAccessible(page);
        await page.keyboard.press('Escape');
        assert.equal(await page.isVisible('.actions-menu a'), false);
      }
      await close();
    });

    test('a member sees the keys and no way to change them', async () => {
      const { page, close } = await visit(DEMO.member);
      await page.goto(KEYS);
      assert.equal(await page.locator('tbody tr').count() > 0, true);
      assert.equal(await page.locator('main a.button, .actions-menu').count(), 0);
      assert.equal((await page.goto(`${KEYS}/new`)).status(), 403);
      await close();
    });
  });
}

test('a secret that was not stored is not left by mistake', async () => {
  const [server, browser] = await Promise.all([start({ demo: true }), launch()]);
  try {
    const person = await visitor(browser, server);
    await signIn(person, DEMO.admin, DEMO.password);
    const { page } = person;
    await page.goto(`${KEYS}/new`);
    await fillAndSend(page, { name: 'Left early' });
    // Browsers ask only on pages that were touched.
    await tabTo(page, '[data-copy=secret]');
    const asked = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      dialog.accept();
    });
    await page.goto(KEYS);
    assert.deepEqual(asked, ['beforeunload']);
    await person.close();
  } finally {
    await browser.close();
    await server.stop();
  }
});
