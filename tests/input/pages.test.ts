// Goal: a page of the history that is asked for wrongly is refused, with the field and the rule; and a cursor is good for the app that
// it was given to alone (B18). Method: tables, over real HTTP, against a stack in production's clothes and one in a
// developer's.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GetIntent, ListIntents } from '../testkit/documents.ts';
import { aMockWish, created } from '../testkit/wishes.ts';
import { asked, badInput, expectNothingTold, expectRefusal } from './asking.ts';
import type { Refused } from './asking.ts';
import { openStage, type Stage } from './stage.ts';

let production: Stage;
let development: Stage;
beforeAll(async () => {
  [production, development] = await Promise.all([openStage({ production: true }), openStage()]);
});
afterAll(() => Promise.all([production.close(), development.close()]));

describe('B18: pages', () => {
  const page = (args: string): string => `{ intents(${args}) { edges { cursor } } }`;
  const place = `${Date.now()}:0192e4a0-0000-7000-8000-000000000001`;
  const forged = Buffer.from(place).toString('base64url');
  const int = 'Int cannot represent non 32-bit signed integer value.';
  const rows: readonly (readonly [string, string, Refused])[] = [
    ['B18 first: 0', page('first: 0'), badInput('first must be 1..100.', ['intents'])],
    ['B18 first: -1', page('first: -1'), badInput('first must be 1..100.', ['intents'])],
    ['B18 first: 101', page('first: 101'), badInput('first must be 1..100.', ['intents'])],
    ['B18 last: 101', page('last: 101'), badInput('last must be 1..100.', ['intents'])],
    ['B18 first: 2^31', page('first: 2147483648'), badInput(`${int} At "first".`)],
    ['B18 first and last', page('first: 1, last: 1'), badInput('first and last cannot be used together.', ['intents'])],
    ['B18 no cursor', page('after: "zzz"'), badInput('after: cursor not recognised.', ['intents'])],
    ['B18 an empty cursor', page('after: ""'), badInput('after: cursor not recognised.', ['intents'])],
    ['B18 a forged cursor', page(`after: "${forged}"`), badInput('after: cursor not recognised.', ['intents'])],
    [
      'B18 a forged seal',
      page(`before: "${forged}.${'A'.repeat(22)}"`),
      badInput('before: cursor not recognised.', ['intents']),
    ],
    [
      'B18 a cursor of 100,000 characters',
      page(`after: "${'A'.repeat(100_000)}"`),
      badInput('after: cursor not recognised.', ['intents']),
    ],
  ];
  it.each(rows)('%s', async (_name, query, refused) => {
    expectRefusal(await asked(production, query), refused);
  });

  it('B18 first: 2^31 in a variable', async () => {
    const answer = await asked(production, 'query ($n: Int) { intents(first: $n) { edges { cursor } } }', {
      n: 2 ** 31,
    });
    expectRefusal(answer, badInput(`Variable "$n" got an invalid value; ${int}`));
  });

  it('B18 a cursor of another app', async () => {
    await created(development.client, aMockWish());
    const { intents } = await development.client.call(ListIntents, { first: 1 });
    const cursor = intents.pageInfo.endCursor ?? '';
    const query = page(`after: "${cursor}"`);
    expect((await asked(development, query)).status).toBe(200);
    const { apiKey } = await development.newKey('events');
    const refused = badInput('after: cursor not recognised.', ['intents']);
    expectRefusal(await asked(development, query, {}, apiKey), refused);
    // Another installation's, too: the seal is made with a secret of ours.
    const turned = `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`;
    expectRefusal(await asked(development, page(`after: "${turned}"`)), refused);
  });
});

it('what stands in a list of events has a rule of its own', async () => {
  const intent = await created(development.client, aMockWish());
  const query = `{ intent(id: "${intent.id}") { events(after: -1) { id } } }`;
  const answer = await asked(development, query);
  expect(answer.status).toBe(400);
  expect(answer.body.errors?.map(({ message, path }) => [message, path])).toEqual([
    ['after must be 0 or more.', ['intent', 'events']],
  ]);
  expectNothingTold(answer.text);
  expect((await development.client.call(GetIntent, { id: intent.id })).intent?.id).toBe(intent.id);
});
