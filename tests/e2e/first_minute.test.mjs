// The first minute of a newcomer: the link of the banner, the administrator, the first key, curl with it, and the box that ticks.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';

import { isAccessible, open } from './support/browser.mjs';
import { fillAndSend } from './support/keyboard.mjs';
import { stage } from './support/stage.mjs';

const PASSWORD = 'four random words, typed slowly';
const run = promisify(execFile);

describe('the first minute', () => {
  const on = stage();

  test('from the link to the first call of the API', async () => {
    const { page, close } = await on.visit();
    await open(page, on.server.setupLink);
    await fillAndSend(page, { email: 'ana@acme.example', password: PASSWORD, organisation: 'Acme' });
    assert.equal(await page.textContent('h1'), 'Your first key');
    await isAccessible(page);
    const key = await page.textContent('#key');
    assert.match(key, /^osk_test_[0-9A-Za-z]{38}$/);
    // As it stands there, for the shell.
    const command = (await page.locator('pre', { hasText: 'curl' }).first().textContent()).trim();
    assert.ok(command.includes(key), command);

    await page.getByRole('link', { name: 'Go to the overview' }).click();
    await page.waitForURL('**/orgs/acme');
    const step = page.locator('#steps li').nth(1);
    assert.equal(await step.getAttribute('class'), null, 'not done yet');

    const { stdout } = await run('bash', ['-c', command]);
    assert.equal(JSON.parse(stdout).key.name, 'First key', stdout);
    // By itself: the page looks out for it.
    await page.locator('#steps li.done').nth(1).waitFor();
    assert.match(await page.locator('#steps [role=status]').textContent(), /Got it: First key called the API/);
    await close();

    const again = await on.visit({ javaScript: false });
    await again.page.goto('/sign-in');
    await fillAndSend(again.page, { name: 'ana@acme.example', password: PASSWORD });
    assert.equal(new URL(again.page.url()).pathname, '/orgs/acme');
    assert.match(await again.page.textContent('#steps'), /Got it/);
    await again.close();
  });
});
