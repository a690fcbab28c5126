// Two tabs in two organisations, and a person who presses each button twice.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { sent, signIn } from './support/browser.mjs';
import { DEMO } from './support/server.mjs';
import { stage } from './support/stage.mjs';

describe('a form', () => {
  const on = stage({ demo: true });

  test('does its thing once, in the organisation of its address, whatever other tabs show', async () => {
    const { page, context, watch } = await on.visit();
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
});
