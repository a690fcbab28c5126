// The hosted sign-in: for our own pages, and for a product that sends its users here.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { launch, visitor } from './support/browser.mjs';
import { fillAndSend, press } from './support/keyboard.mjs';
import { DEMO, start } from './support/server.mjs';

const RIGHT = { name: DEMO.member, password: DEMO.password };

describe('the sign-in', () => {
  let product;
  let site;
  let server;
  let browser;

  before(async () => {
    product = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><html lang="en"><title>Product</title><link rel="icon" href="data:,"><h1>The product</h1>');
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => product.once('listening', ready));
    site = `http://localhost:${product.address().port}`;
    [server, browser] = await Promise.all([
      start({ demo: true, settings: { OSKAR_ALLOWED_ORIGINS: site } }),
      launch(),
    ]);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    product.closeAllConnections();
    product.close();
  });

  for (const javaScript of [true, false]) {
    test(`leads to the page that was asked for, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const { page, close } = await visitor(browser, server, { javaScript });
      await page.goto('/organisations/new?from=here');
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      const wrong = await fillAndSend(page, { ...RIGHT, password: 'not the right one' });
      assert.equal(wrong.status(), 401);
      assert.equal(await page.inputValue('[name=name]'), DEMO.member);
      assert.equal(await page.inputValue('[name=password]'), '');
      assert.equal((await fillAndSend(page, { password: DEMO.password })).status(), 200);
      assert.equal(page.url(), `${server.url}/organisations/new?from=here`);

      await page.goto('/sign-out');
      await press(page, 'main form button[type=submit]');
      await page.goto('/organisations/new');
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      await close();
    });

    test(`leads back to the product, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const { page, close } = await visitor(browser, server, { javaScript, origins: [site] });
      const back = `${site}/deep?in=it`;
      await page.goto(`/sign-in?return_to=${encodeURIComponent(back)}`);
      await fillAndSend(page, RIGHT);
      assert.equal(page.url(), back);
      // Signed in already: straight back.
      await page.goto(`/sign-in?return_to=${encodeURIComponent(back)}`);
      assert.equal(page.url(), back);
      await close();
    });
  }

  test('leads to no stranger', async () => {
    for (const strange of ['https://evil.example/', '//evil.example', `${site}.evil.example/`, 'javascript:alert(1)']) {
      const { page, close } = await visitor(browser, server);
      await page.goto(`/sign-in?return_to=${encodeURIComponent(strange)}`);
      await fillAndSend(page, RIGHT);
      assert.equal(new URL(page.url()).origin, server.url, strange);
      await close();
    }
  });
});
