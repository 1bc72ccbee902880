// Goal: a callback that was answered 2xx is never lost, and one that was not may come again and counts once (I3, I18, I21).
// Method: an API process is killed between the write of the inbox row and the 2xx, by a proxy in front of MongoDB; then API,
// worker, Redis and mongod are all killed on the first byte of a 2xx. Only callbacks can settle: no poll is due in time.

import { afterAll, describe, expect, it, vi } from 'vitest';
import { TRANSPORTS } from '../testkit/client.ts';
import { eventually } from '../testkit/eventually.ts';
import { openPage } from '../testkit/page.ts';
import { ownMongod, ownRedis, type OwnServer } from '../testkit/processes.ts';
import { deliver, openPostOffice, type PostOffice } from '../testkit/post-office.ts';
import { mongoThrough, type Proxy, startProxy } from '../testkit/proxy.ts';
import { startSystem, type System } from '../testkit/system.ts';
import { aMockWish, aWish, created } from '../testkit/wishes.ts';

vi.setConfig({ testTimeout: 60_000 });

const NO_POLLS = {
  MOCK_POLL_DELAYS_MS: '60000',
  MOCK_PROMPT_SECONDS: '600',
  KKIAPAY_POLL_DELAYS_MS: '60000',
  KKIAPAY_PROMPT_SECONDS: '600',
};
const INSERT = '\x02insert\0\x06\0\0\0inbox\0';
const SETTLE = { promptMs: null, slowMs: 500, lateMs: 20_000 };

describe('F6', () => {
  let system: System;
  let mongo: Proxy;
  afterAll(async () => {
    await system.close();
    await mongo.close();
  });

  it('the API dies with the row written and no 2xx said: the provider calls again, and it counts once; I2 I18 I21', async () => {
    mongo = await startProxy();
    system = await startSystem({ env: NO_POLLS, tuning: { ...SETTLE, settleMs: 300 } });
    const url = system.env['MONGODB_URL'] ?? '';
    mongo.lead(Number(new URL(url).port));
    const [, doomed] = await Promise.all([
      system.start('worker'),
      system.start('api', { MONGODB_URL: mongoThrough(mongo, url) }),
    ]);

    const inserts = mongo.watch([INSERT], 'drop-reply');
    const intents = await Promise.all([created(system.client, aMockWish()), created(system.client, aWish())]);
    const pages = intents.map(({ id }, index) => openPage(system.client, TRANSPORTS[index] ?? 'ws', id));
    await inserts.answered(2);
    await doomed.kill('SIGKILL');
    expect(await system.witness.inbox()).toHaveLength(2);
    const api = await system.start('api');

    for (const page of pages) {
      const events = await page.ended;
      expect(events.map(({ status }) => status)).toEqual(['PENDING', 'PROCESSING', 'SUCCEEDED']);
      expect(page.cuts()).toBeGreaterThan(0);
    }
    await eventually(api.output, (log) => log.match(/"delivery":"duplicate"/g)?.length === 2);
    expect((await system.witness.inbox()).map(({ state }) => state)).toEqual(['APPLIED', 'APPLIED']);
    await system.check();
  });
});

describe('F7 F8', () => {
  let system: System;
  let post: PostOffice;
  let door: Proxy;
  let mongod: OwnServer;
  let redis: OwnServer;
  afterAll(async () => {
    await system.close();
    await Promise.all([post.close(), door.close(), mongod.remove(), redis.remove()]);
  });

  it('everything dies on the first byte of a 2xx: what was said is kept, what was under way goes on; I3 I13 I21', async () => {
    [post, door, mongod, redis] = await Promise.all([openPostOffice(), startProxy(), ownMongod(), ownRedis()]);
    system = await startSystem({
      env: { ...NO_POLLS, MONGODB_URL: mongod.url, REDIS_URL: redis.url },
      tuning: { ...SETTLE, settleMs: 100 },
      webhookUrl: post.webhookUrl,
    });
    door.lead(system.port);
    const parts = await Promise.all([system.start('api'), system.start('worker')]);
    const wishes = [aMockWish(), aWish(), aMockWish(), aWish(), aMockWish(), aWish()];
    const intents = await Promise.all(wishes.map((wish) => created(system.client, wish)));
    const pages = intents.map(({ id }, index) => openPage(system.client, TRANSPORTS[index % 2] ?? 'ws', id));
    const letters = await Promise.all(intents.map(({ id }) => post.letter(id)));

    const told = door.watch(['POST /webhooks/']);
    const answers = letters.map((letter) => deliver(`http://127.0.0.1:${door.port}`, letter).catch(() => 0));
    await told.answered(1);
    await Promise.all([...parts, mongod, redis].map((part) => part.kill('SIGKILL')));
    const taken = await Promise.all(answers);
    expect(taken).toContain(200);

    await Promise.all([mongod.start(), redis.start()]);
    expect((await system.witness.inbox()).length).toBeGreaterThanOrEqual(
      taken.filter((status) => status === 200).length,
    );
    await Promise.all([system.start('api'), system.start('worker')]);
    // A provider calls again where it was told nothing, and only there.
    const again = letters.filter((_letter, index) => taken[index] !== 200);
    for (const letter of again) expect(await deliver(system.apiUrl, letter)).toBe(200);
    for (const page of pages) expect((await page.ended).at(-1)?.status).toBe('SUCCEEDED');
    await eventually(
      system.witness.inbox,
      (rows) => rows.length === 6 && rows.every(({ state }) => state === 'APPLIED'),
    );
    await system.check();
  });
});
