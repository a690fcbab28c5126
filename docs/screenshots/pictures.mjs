// Makes the screenshots: `node pictures.mjs FOLDER [NAME…]`, run by `make`, beside the helpers of the tests.

import { join } from 'node:path';

import { launch, open, signIn, visitor } from './support/browser.mjs';
import { DEMO, start } from './support/server.mjs';

/** One of the admin's list in the API that has this name. */
const named = (list, name) => async ({ get }) => (await get(list)).data.find((row) => row.name === name).id;
const mobileApp = named('/api/orgs/acme/keys', 'Mobile app');

/** What is shown, to no one or to the admin. `width` and `height` are those of the window. */
const PICTURES = [
  { name: 'sign-in', path: '/sign-in', as: null, width: 900, height: 680 },
  { name: 'overview', path: '/orgs/acme', as: 'admin', height: 900 },
  { name: 'keys', path: '/orgs/acme/keys', as: 'admin' },
  { name: 'key', path: async (demo) => `/orgs/acme/keys/${await mobileApp(demo)}`, as: 'admin', height: 860 },
  { name: 'audit', path: '/orgs/acme/audit', as: 'admin', height: 860 },
  { name: 'phone', path: '/orgs/acme/keys', as: 'admin', width: 375, height: 760 },
];

const [folder, ...wanted] = process.argv.slice(2);
const [server, browser] = await Promise.all([start({ demo: true }), launch()]);
try {
  // Once, or the example would tell of more sign-ins in each picture.
  const userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0';
  const signedIn = await visitor(browser, server, { userAgent });
  await signIn(signedIn, DEMO.admin, DEMO.password);
  const { cookies } = await signedIn.context.storageState();
  await signedIn.close();
  for (const { name, path, as, width = 1180, height = 760 } of PICTURES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const theme of ['light', 'dark']) {
      const person = await visitor(browser, server, { theme, width, height, scale: 1.5, cookies: as === null ? [] : cookies });
      const get = async (list) => (await person.context.request.get(list)).json();
      const where = typeof path === 'string' ? path : await path({ server, get });
      const answer = await open(person.page, where);
      if (answer.status() !== 200) throw new Error(`${where} answers ${answer.status()}`);
      await person.page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled', caret: 'hide' });
      await person.close();
      console.log(`${name}-${theme}.png`);
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
