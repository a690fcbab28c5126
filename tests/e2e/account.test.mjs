// A person looks after the account and reads the audit log: sessions, password, filters, export, and the log as it grows.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { isAccessible, open, sent, signIn } from './support/browser.mjs';
import { fillAndSend, tabTo } from './support/keyboard.mjs';
import { DEMO } from './support/server.mjs';
import { stage } from './support/stage.mjs';

const NEW_PASSWORD = 'seven unrelated words of spring';

for (const javaScript of [true, false]) {
  describe(`the account, ${javaScript ? 'with' : 'without'} scripts`, () => {
    const on = stage({ demo: true });
    const visit = () => on.visit({ javaScript });

    test('another session is ended, then all others', async () => {
      const [here, there, elsewhere] = [await visit(), await visit(), await visit()];
      for (const person of [here, there, elsewhere]) await signIn(person, DEMO.member, DEMO.password);
      const { page } = here;
      await open(page, '/account/sessions');
      const ends = page.locator('a[href$="/end"]');
      const before = await ends.count();
      await ends.first().click();
      await page.waitForURL(/\/end$/);
      await sent(page, () => page.click('main button.danger'));
      assert.match(page.url(), /\/account\/sessions$/);
      assert.equal(await ends.count(), before - 1);
      await page.click('a[href="/account/sessions/end-others"]');
      await sent(page, () => page.click('main button.danger'));
      assert.equal(await ends.count(), 0);
      for (const person of [there, elsewhere]) {
        assert.equal((await person.context.request.get('/api/auth/me')).status(), 401);
        await person.close();
      }
      assert.equal((await here.context.request.get('/api/auth/me')).status(), 200);
      await here.close();
    });

    test('the password is changed by keyboard alone', async () => {
      const { page, context, close } = await visit();
      await signIn({ context }, DEMO.viewer, DEMO.password);
      await open(page, '/account/security/password');
      const wrong = await fillAndSend(page, { current_password: 'not this one', new_password: NEW_PASSWORD });
      assert.equal(wrong.status(), 403);
      assert.equal(await page.getAttribute('[name=current_password]', 'aria-invalid'), 'true');
      await fillAndSend(page, { current_password: DEMO.password, new_password: NEW_PASSWORD });
      assert.match(page.url(), /\/account\/security$/);
      if (javaScript) await isAccessible(page);
      await signIn({ context }, DEMO.viewer, NEW_PASSWORD);
      await close();
    });
  });
}

describe('the audit log', () => {
  const on = stage({ demo: true });

  test('it is narrowed down and exported as it is shown', async () => {
    const { page, context, close } = await on.visit();
    await signIn({ context }, DEMO.admin, DEMO.password);
    await open(page, '/orgs/acme/audit');
    await page.selectOption('#type', 'key.created');
    await Promise.all([page.waitForURL(/type=key\.created/), page.click('.filters button')]);
    const rows = await page.locator('#events > tr').count();
    assert.ok(rows > 0);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href*="format=csv"]')]);
    assert.match(download.suggestedFilename(), /^acme-audit-\d{4}-\d\d-\d\d\.csv$/);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    assert.ok(lines.length > rows);
    assert.ok(lines.slice(1).every((line) => line.includes('key.created')));
    await page.click('#events a');
    await page.waitForURL(/\/audit\/evt_/);
    await isAccessible(page);
    await close();
  });

  test('new events come by themselves, and wait while it is paused', async () => {
    const { page, context, close } = await on.visit();
    await signIn({ context }, DEMO.admin, DEMO.password);
    await open(page, '/orgs/acme/audit');
    await page.waitForSelector('[data-live][data-open]');
    const rows = page.locator('#events > tr');
    const before = await rows.count();
    const make = (name) => context.request.post('/api/orgs/acme/keys', { data: { name, environment: 'test', role: 'viewer' } });
    assert.equal((await make('Seen live')).status(), 201);
    await page.getByText('Seen live').first().waitFor();
    assert.ok((await rows.count()) > before);
    assert.match(await page.textContent('[data-state]'), /new event/);

    await tabTo(page, '[data-pause]');
    await page.keyboard.press('Enter');
    assert.equal(await page.getAttribute('[data-pause]', 'aria-pressed'), 'true');
    assert.equal((await make('Seen later')).status(), 201);
    await page.keyboard.press('Enter');
    await page.getByText('Seen later').first().waitFor();
    await close();
  });
});
