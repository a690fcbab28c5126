// What the tests of a group have in common.

import { after, before } from 'node:test';

import { launch, visitor } from './browser.mjs';
import { start } from './server.mjs';

/** A server and a browser, from before the first test of the group to after the last. `settings` are those of `start`. */
export function stage(settings) {
  const on = {
    /** A person with a browser of their own; `options` are those of `visitor`. */
    visit: (options) => visitor(on.browser, on.server, options),
  };
  before(async () => {
    [on.server, on.browser] = await Promise.all([start(settings), launch()]);
  });
  after(async () => {
    await on.browser?.close();
    await on.server?.stop();
  });
  return on;
}
