// The links that the server gives out: to set up, to join, to choose a password. By keyboard only, with scripts and without:
// without, the link is pasted.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { isAccessible, open, signIn } from './support/browser.mjs';
import { fillAndSend } from './support/keyboard.mjs';
import { stage } from './support/stage.mjs';

const PASSWORD = 'four random words, typed slowly';
const ANA = 'ana@acme.example';
const BEN = 'ben@acme.example';

/** Opens a link as its holder does; the answer with the form that it leads to. */
async function follow(page, link, javaScript) {
  if (javaScript) return open(page, link);
  const [path] = link.split('#');
  await page.goto(path);
  return fillAndSend(page, { link });
}

for (const javaScript of [true, false]) {
  describe(`the links, ${javaScript ? 'with' : 'without'} scripts`, () => {
    const on = stage();
    const visit = () => on.visit({ javaScript });

    test('the first administrator is made once', async () => {
      const { page, close } = await visit();
      assert.equal((await follow(page, on.server.setupLink, javaScript)).status(), 200);
      // Nothing of the link stays where others could read it.
      assert.equal(new URL(page.url()).hash, '');
      const refused = await fillAndSend(page, { email: ANA, organisation: 'Acme', password: 'acme acme acme' });
      assert.equal(refused.status(), 422);
      assert.equal(await page.inputValue('[name=email]'), ANA);
      assert.equal(await page.getAttribute('[name=password]', 'aria-invalid'), 'true');
      if (javaScript) await isAccessible(page);
      const made = await fillAndSend(page, { password: PASSWORD });
      assert.ok(made.status() < 400, `${made.status()}`);
      await close();

      const late = await visit();
      assert.equal((await follow(late.page, on.server.setupLink, javaScript)).status(), 410);
      await late.close();
    });

    test('who is invited joins by the link in the mail', async () => {
      const ana = await visit();
      await signIn(ana, ANA, PASSWORD);
      const invited = await ana.context.request.post('/api/orgs/acme/invitations', { data: { emails: [BEN], role: 'member' } });
      assert.equal(invited.status(), 201);
      const { link } = await on.server.mail(BEN);

      const ben = await visit();
      assert.equal((await follow(ben.page, link, javaScript)).status(), 200);
      const joined = await fillAndSend(ben.page, { name: 'Ben Okafor', password: PASSWORD });
      assert.ok(joined.status() < 400, `${joined.status()}`);
      const me = await (await ben.context.request.get('/api/auth/me')).json();
      assert.equal(me.user.name, 'Ben Okafor');
      assert.equal(me.role, 'member');
      await ben.close();

      // The same link, opened by another person.
      assert.equal((await follow(ana.page, link, javaScript)).status(), 410);
      await ana.close();
    });

    test('a forgotten password is replaced by the link in the mail', async () => {
      const { page, context, close } = await visit();
      const asked = await context.request.post('/api/auth/forgot-password', { data: { email: BEN } });
      assert.equal(asked.status(), 202);
      const { link } = await on.server.mail(BEN, 'password');
      assert.equal((await follow(page, link, javaScript)).status(), 200);
      const replaced = await fillAndSend(page, { password: `${PASSWORD}, anew` });
      assert.ok(replaced.status() < 400, `${replaced.status()}`);
      await signIn({ context }, BEN, `${PASSWORD}, anew`);
      await close();
    });
  });
}
