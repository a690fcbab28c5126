// What the helpers find: a page of this test's own, which does each thing that the pages must not do.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { axe, launch, overflow, shape, visitor } from './support/browser.mjs';

const head = '<html lang="en"><head><title>A page</title><link rel="icon" href="data:,"></head>';
const good = `<!doctype html>${head}<body><main><h1>A page</h1></main></body></html>`;

describe('a visitor', () => {
  let http;
  let server;
  let browser;
  let body = good;

  before(async () => {
    browser = await launch();
    http = createServer((request, response) => {
      const found = request.url === '/';
      response.writeHead(found ? 200 : 404, {
        'content-type': 'text/html',
        'content-security-policy': "default-src 'none'; img-src * data:; script-src 'nonce-known'",
      });
      response.end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => http.once('listening', ready));
    server = { url: `http://localhost:${http.address().port}` };
  });
  after(async () => {
    await browser.close();
    http.closeAllConnections();
    http.close();
  });

  const visit = async (shown, options, path = '/') => {
    body = shown;
    const person = await visitor(browser, server, options);
    await person.page.goto(path);
    return person;
  };

  test('finds nothing wrong with a good page, nor with a page that was not found', async () => {
    for (const path of ['/', '/nowhere']) {
      const { page, close } = await visit(good, {}, path);
      assert.deepEqual([await axe(page), await shape(page), await overflow(page)], [[], [], '']);
      await close();
    }
  });

  for (const [what, element, told, options] of [
    ['an error in the console', '<script nonce="known">console.error("oh")</script>', /console: oh/],
    ['an error of a script', '<script nonce="known">nothing()</script>', /nothing is not defined/],
    ['a script that the policy forbids', '<script>1</script>', /content security policy: script-src/],
    ['a style that the policy forbids, without scripts', '<style>h1 { color: red }</style>', /Content Security Policy/i, { javaScript: false }],
    ['a request to another origin', '<img alt="" src="http://127.0.0.1:9/x.png">', /another origin: http:\/\/127/],
    ['a picture that is not there', '<img alt="" src="/x.png">', /404: GET .*x\.png/],
  ]) {
    test(`fails at ${what}`, async () => {
      const { page, close } = await visit(good.replace('</main>', `${element}</main>`), options);
      await page.waitForLoadState();
      await assert.rejects(close, told);
    });
  }

  test('tells of a page that is too wide, out of order or hard to read', async () => {
    const { page, context } = await visit(good.replace('</main>', '<h1>Another</h1></main>').replace('lang="en"', ''));
    // By the protocol: the policy allows no styles.
    await page.evaluate(() => {
      document.querySelector('main').append(Object.assign(document.createElement('p'), { textContent: 'pale and wide' }));
      Object.assign(document.querySelector('p').style, { color: '#bbb', background: '#fff', width: '2000px' });
    });
    assert.match(await overflow(page), /px too wide: .*<p/);
    assert.deepEqual(await shape(page), ['2 h1', 'no lang']);
    assert.match((await axe(page)).join('\n'), /color-contrast/);
    await context.close();
  });
});
