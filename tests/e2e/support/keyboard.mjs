// A person without a mouse.

import assert from 'node:assert/strict';

import { sent } from './browser.mjs';

/** Whether what has the focus shows it: by a line around it. */
async function showsFocus(page) {
  return page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  });
}

/** Where the focus is, as seen from where it should be. */
async function place(page, selector) {
  return page.evaluate((wanted) => {
    const focused = document.activeElement;
    return focused === document.body ? 'nowhere' : focused.matches(wanted) ? 'there' : 'elsewhere';
  }, selector);
}

/**
 * Presses Tab until the focus is where the selector says; not at all if it is there. Fails if it does not come there, or is
 * not seen on its way.
 */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses += 1) {
    const where = await place(page, selector);
    if (where !== 'nowhere') assert.ok(await showsFocus(page), `${page.url()}: the focus is not seen on ${await focused(page)}`);
    if (where === 'there') return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`${page.url()}: no Tab leads to ${selector}`);
}

/** What has the focus, for messages. */
async function focused(page) {
  return page.evaluate(() => document.activeElement.outerHTML.slice(0, 120));
}

/** Fills fields in, by name, in the order in which Tab reaches them, and sends the form by Enter; the answer. */
export async function fillAndSend(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    await tabTo(page, `[name="${name}"]`);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(value);
  }
  return sent(page, () => page.keyboard.press('Enter'));
}

/** Presses a button, and waits for the page that comes of it; its answer. */
export async function press(page, selector) {
  await tabTo(page, selector);
  return sent(page, () => page.keyboard.press('Enter'));
}
