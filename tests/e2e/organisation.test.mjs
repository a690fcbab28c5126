// A person is invited, joins, gets a smaller role, and is refused what is no longer theirs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { open, sent, signIn } from './support/browser.mjs';
import { DEMO } from './support/server.mjs';
import { stage } from './support/stage.mjs';

const NEW = 'nadia@new.example';

describe('the people of an organisation', () => {
  const on = stage({ demo: true });

  for (const javaScript of [true, false]) {
    test(`are invited, join, change roles ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const email = javaScript ? NEW : `plain-${NEW}`;
      const admin = await on.visit({ javaScript });
      await signIn(admin, DEMO.admin, DEMO.password);
      await open(admin.page, '/orgs/acme/members');
      await admin.page.getByRole('link', { name: 'Invite people' }).click();
      await admin.page.getByLabel('E-mail addresses').fill(email);
      await admin.page.getByRole('radio', { name: 'Admin' }).check();
      await sent(admin.page, () => admin.page.getByRole('button', { name: 'Send invitations' }).click());
      assert.match(await admin.page.locator('main').innerText(), new RegExp(`${email} was invited`));

      // The page of a link needs a script to read it.
      const guest = await on.visit();
      const { link } = await on.server.mail(email, 'invites you');
      await open(guest.page, link.slice(on.server.url.length));
      await guest.page.locator('input[name="name"]').fill('Nadia');
      await guest.page.locator('input[type="password"]').first().fill('four words that only Nadia knows');
      await sent(guest.page, () => guest.page.locator('main form button[type="submit"], main form button:not([type])').first().click());
      await open(guest.page, '/orgs/acme/invitations');
      assert.equal(await guest.page.locator('h1').innerText(), 'Invitations');

      await open(admin.page, `/orgs/acme/members?q=${encodeURIComponent(email)}`);
      await admin.page.locator('.actions-menu summary').click();
      await admin.page.getByRole('link', { name: 'Change role' }).click();
      await admin.page.getByRole('radio', { name: 'Viewer' }).check();
      await sent(admin.page, () => admin.page.getByRole('button', { name: 'Change role' }).click());
      assert.match(await admin.page.locator('main').innerText(), /Nadia has the role Viewer now/);

      const refused = await open(guest.page, '/orgs/acme/invitations');
      assert.equal(refused.status(), 403);
      assert.match(await guest.page.locator('main').innerText(), /invitations:manage/);
      await guest.close();
      await admin.close();
    });
  }

  test('the first call of a key ticks its step while the page is open', async () => {
    const person = await on.visit();
    await signIn(person, DEMO.admin, DEMO.password);
    const made = await person.context.request.post('/api/orgs', { data: { name: 'First steps', slug: 'first-steps' } });
    assert.equal(made.status(), 201);
    await open(person.page, '/orgs/first-steps');
    const steps = person.page.locator('#steps');
    assert.match(await steps.innerText(), /1 of 5/);
    const data = { name: 'First key', environment: 'test', role: 'viewer' };
    const { secret } = await (await person.context.request.post('/api/orgs/first-steps/keys', { data })).json();
    const answer = await fetch(`${on.server.url}/api/auth/me`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal(answer.status, 200);
    await steps.getByText('Got it: First key called the API').waitFor();
    await person.close();
  });
});
