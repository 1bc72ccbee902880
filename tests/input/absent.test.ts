// Goal: what is not there is answered alike whoever asks, and names nothing of ours: payments that are nobody's or another's
// (B34, B42), and MongoDB itself (B45). Method: every root field that takes an id, over real HTTP; a proxy in front of the
// database that cuts it off.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownPlaces } from '../testkit/places.ts';
import { mongoThrough, startProxy } from '../testkit/proxy.ts';
import { aMockWish, created, repeated } from '../testkit/wishes.ts';
import { asks, mutation, PLAIN } from './acts.ts';
import { ask, expectNothingTold, expectRefusal, operation } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let mine = '';
beforeAll(async () => {
  stage = await openStage();
  mine = (await created(stage.client, aMockWish())).id;
});
afterAll(() => stage.close());

async function refused(body: object): Promise<unknown> {
  const answer = await stage.unmarked(() => ask(stage.apiUrl, operation(stage.apiKey, body)));
  expectNothingTold(answer.text);
  return Object.values(answer.body.data ?? {})[0] ?? answer.body;
}

describe('B34 and B42: ids that are nobody’s', () => {
  const strangers: readonly (readonly [string, string])[] = [
    ['B34 empty', ''],
    ['B34 of 10,000 characters', 'x'.repeat(10_000)],
    ['B34 with a colon', 'a:b'],
    ['B34 with NUL', 'a\0b'],
    ['B34 an operator as a text', '{"$ne":null}'],
    ['B34 a prototype key', '__proto__'],
    ['B34 an unpaired surrogate', '\ud800'],
    ['B34 upper case', randomUUID().toUpperCase()],
    ['B42 missing', randomUUID()],
  ];
  it.each(strangers)('%s', async (_name, id) => {
    const missing = {
      __typename: 'NotFoundProblem',
      code: 'NOT_FOUND',
      message: 'No such payment intent.',
      retryable: false,
    };
    expect(await refused(asks.intent(id))).toEqual({ data: { intent: null } });
    expect(await refused(asks.refreshIntent(id))).toEqual({ ...missing, path: ['id'] });
    for (const one of [asks.cancelIntent(id), asks.refundIntent(id), asks.verifyKkiapay(id)]) {
      expect(await refused(one)).toEqual({ ...missing, path: ['input', 'intentId'] });
    }
    const answer = await ask(stage.apiUrl, operation(stage.apiKey, asks.intentEvents(id)));
    expectRefusal(answer, {
      status: 404,
      code: 'NOT_FOUND',
      message: 'No such payment intent.',
      path: ['intentEvents'],
    });
  });

  it.each(Object.keys(asks) as (keyof typeof asks)[])(
    'B42 %s: another app’s, to the byte but for the request id',
    async (name) => {
      const { apiKey } = await stage.newKey('events');
      const texts = [];
      for (const id of [mine, randomUUID()]) {
        const answer = await stage.unmarked(() => ask(stage.apiUrl, operation(apiKey, asks[name](id))));
        texts.push(`${answer.status} ${answer.text.replace(/"requestId":"[^"]*"/, '')}`);
      }
      expect(texts[0]).toBe(texts[1]);
    },
  );
});

describe('B45: MongoDB is away', () => {
  it('B45 503 with the way out and nothing of ours; the same key is safe when it is back', async () => {
    const places = ownPlaces();
    const wire = await startProxy(Number(new URL(places.MONGODB_URL).port));
    const cut = await openStage({ env: { ...places, MONGODB_URL: mongoThrough(wire, places.MONGODB_URL) } });
    try {
      const input = aMockWish();
      const wish = mutation('createIntent', 'CreateIntentInput', PLAIN, input);
      // The key is known from here on, so that the first call is refused for what it is.
      await ask(cut.apiUrl, operation(cut.apiKey, { query: '{ __typename }' }));
      wire.set('cut');
      wire.cut();
      // It may take longer than an operation may: what counts is what becomes of its key.
      const lost = ask(cut.apiUrl, operation(cut.apiKey, wish));
      const bodies = [asks.intent(randomUUID()), asks.cancelIntent(randomUUID()), asks.refreshIntent(randomUUID())];
      const answers = await Promise.all(bodies.map((body) => ask(cut.apiUrl, operation(cut.apiKey, body))));
      const message = 'The service is not available just now. It is safe to try again with the same idempotencyKey.';
      for (const answer of answers) {
        expectRefusal(answer, { status: 503, code: 'UNAVAILABLE', message, headers: { 'retry-after': '1' } });
      }
      const stranger = await ask(cut.apiUrl, operation((await stage.newKey('kaba')).apiKey, wish));
      expectRefusal(stranger, {
        status: 503,
        code: 'UNAVAILABLE',
        message: 'The credential cannot be checked just now. It is safe to try again with the same idempotencyKey.',
        headers: { 'retry-after': '1' },
      });
      wire.set('pass');
      // Whether it was given up or still came through, nobody can say beforehand.
      const { status, text } = await lost;
      expect([200, 503]).toContain(status);
      expectNothingTold(text);
      expect(await repeated(cut.client, input)).toMatchObject({ __typename: 'CreateIntentSuccess' });
      const books = await cut.controls.ledger('mock');
      expect(books.length).toBeLessThanOrEqual(1);
    } finally {
      wire.set('pass');
      await cut.close();
      await wire.close();
    }
  });
});
