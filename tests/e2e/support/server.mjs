// A server of a test's own, on a spare port, with a folder of its own.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

// Browsers in tests ask faster than people.
const SETTINGS = {
  OSKAR_LIMITS__EXEMPT: '127.0.0.1',
  OSKAR_LIMITS__REGISTRATIONS: '0',
  OSKAR_LIMITS__INVITATIONS: '0',
};

/** Of the three people of `serve --demo`, whose passwords are the same. */
export const DEMO = {
  admin: 'ana@acme.example',
  member: 'ben@acme.example',
  viewer: 'vera@acme.example',
  password: 'paper and pine by day',
};

async function sparePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => probe.once('listening', ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

/**
 * Starts a server and waits until it says that it is ready: a new, empty installation, or with `demo` the example.
 * `settings` are variables of the environment.
 */
export async function start({ demo = false, settings = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'server-'));
  const port = await sparePort();
  const env = { ...SETTINGS, OSKAR_LISTEN: `127.0.0.1:${port}`, TMPDIR: folder, ...settings };
  const child = spawn(process.env.OSKAR, demo ? ['serve', '--demo'] : ['serve'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((done) => child.once('exit', done));
  let banner = '';
  for await (const line of createInterface({ input: child.stderr })) {
    banner += `${line}\n`;
    if (line.includes('ready in')) break;
  }
  if (!banner.includes('ready in')) throw new Error(`the server did not start:\n${banner}`);
  child.stderr.resume();
  return new Server(`http://localhost:${port}`, banner, child, ended, folder, env);
}

class Server {
  constructor(url, banner, child, ended, folder, env) {
    Object.assign(this, { url, banner, child, ended, folder, env });
  }

  /** The link that makes the first administrator. */
  get setupLink() {
    return this.banner.match(/http\S+\/setup\S*/)[0];
  }

  /** What a command of the command line prints, in the same installation. */
  async command(args, input = '') {
    const child = spawn(process.env.OSKAR, args, { cwd: this.folder, env: this.env, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.stdin.end(input);
    const code = await new Promise((done) => child.once('close', done));
    if (code !== 0) throw new Error(`oskar ${args.join(' ')} ended with ${code}:\n${err}`);
    return out;
  }

  /** The newest captured mail to an address, if need be once it comes: `{ subject, text, link }`. */
  async mail(to, subject = '') {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const answer = await fetch(`${this.url}/dev/mail`, { headers: { accept: 'application/json' } });
      const found = (await answer.json()).data.find((mail) => mail.to === to && mail.subject.includes(subject));
      if (found) return found;
      await wait(100);
    }
    throw new Error(`no mail to ${to} with "${subject}" in its subject`);
  }

  /** Stops it as a service manager does. */
  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    await rm(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  }
}
