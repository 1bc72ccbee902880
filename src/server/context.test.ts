// Goal: who asks is told from headers alone, the same way for everybody whose credential is not good, and counted by an
// address that cannot be made up (B08, B10, S8).

import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOf, networkOf } from './address.ts';
import { refuseKeyInUrl } from './context.ts';
import { openDoor, type TestDoor } from './door.fixture.ts';
import { createStage, INTENT_ID, KEY, TOKEN, type Stage } from './stage.fixture.ts';

let stage: Stage;
let test: TestDoor;
beforeAll(async () => {
  stage = createStage();
  test = await openDoor(stage);
});
afterAll(() => test.door.close());
beforeEach(() => {
  stage.isAuthAway = false;
  stage.logs.length = 0;
});

interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
}

/** fetch joins equal headers; this sends them as they are. */
function ask(url: string, headers: readonly string[], query = `{ intent(id: "${INTENT_ID}") { id } }`): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ query });
    const all = ['content-type', 'application/json', 'content-length', String(body.length), ...headers, 'host', 'a'];
    const req = request(url, { method: 'POST', headers: all }, (res) => {
      let text = '';
      res.on('data', (chunk: Buffer) => (text += chunk.toString()));
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: JSON.parse(text) as Reply['body'] }),
      );
    });
    req.on('error', reject);
    req.end(body);
  });
}

describe('a credential', () => {
  it.each([
    [['authorization', `Bearer ${KEY}`]],
    [['authorization', `bearer  ${KEY}`]],
    [['x-api-key', KEY]],
    [['authorization', `Bearer ${TOKEN}`]],
    [['x-api-key', TOKEN]],
    [['authorization', `Bearer ${KEY}`, 'x-api-key', KEY]],
  ])('is taken from %j', async (headers) => {
    expect(await ask(test.url, headers)).toMatchObject({ status: 200, body: { data: { intent: { id: INTENT_ID } } } });
  });

  it.each([
    [[]],
    [['authorization', 'Bearer pk_test_unknown0_x']],
    [['authorization', `Basic ${KEY}`]],
    [['authorization', 'Bearer']],
    [['authorization', '']],
    [['x-api-key', '']],
    [['x-api-key', 'x'.repeat(5_000)]],
  ])('that is not good is told nothing: %#', async (headers) => {
    const { status, headers: answered, body } = await ask(test.url, headers);
    expect(status).toBe(401);
    expect(answered['www-authenticate']).toBe('Bearer');
    expect(body.errors?.[0]).toMatchObject({
      message: 'A valid API key or client token is required.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });

  it.each([
    [['authorization', `Bearer ${KEY}`, 'authorization', `Bearer ${KEY}`]],
    [['x-api-key', KEY, 'x-api-key', KEY]],
    [['authorization', `Bearer ${KEY}`, 'x-api-key', TOKEN]],
    [['authorization', 'Basic x', 'x-api-key', KEY]],
  ])('is one: %#', async (headers) => {
    expect(await ask(test.url, headers)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  it('that nobody can check just now is no bad one', async () => {
    stage.isAuthAway = true;
    const { status, headers, body } = await ask(test.url, ['x-api-key', KEY]);
    expect([status, headers['retry-after'], body.errors?.[0]?.extensions.code]).toEqual([503, '1', 'UNAVAILABLE']);
    expect(body.errors?.[0]?.message).toContain('safe to try again with the same idempotencyKey');
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it('is not needed for what is nobody’s', async () => {
    expect(await ask(test.url, [], '{ __typename }')).toMatchObject({ status: 200 });
  });
});

describe('a URL', () => {
  it.each([
    '?apiKey=hush',
    '?api_key=hush',
    '?x=1&token=hush',
    '?access_token=hush',
    '?clientToken=hush',
    '?key=hush',
    '?Authorization=Bearer%20hush',
    `?query={__typename}&extensions={"k":"${KEY}"}`,
    `?x=${KEY.replace('pk_', 'pk%5F')}`,
    `?x=${TOKEN}`,
  ])('with a key in it is refused: %s', async (query) => {
    const { status, body } = await ask(`${test.url}${encodeURI(query).replaceAll('%25', '%')}`, []);
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(JSON.stringify([body, stage.logs])).not.toMatch(/hush|pk_|ct_/);
  });

  it.each([
    '?query={intents(filter:{referenceId:"order"}){edges{cursor}}}',
    '?operationName=Token&query={__typename}',
    '?variables={"key":1}',
  ])('without one is not: %s', (query) => {
    expect(() => refuseKeyInUrl(`/graphql${query}`)).not.toThrow();
  });

  it('with broken JSON names it', async () => {
    const res = await fetch(`${test.url}?query={__typename}&variables={`);
    expect(res.status).toBe(400);
    expect(await res.text()).toContain('variables');
  });
});

describe('an address', () => {
  const seen = (forwarded: string | undefined, proxies: number, from = '10.0.0.1'): string =>
    addressOf(
      { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: from } } as unknown as IncomingMessage,
      proxies,
    );

  it('is counted from the right by the proxies that are ours', () => {
    expect(seen('6.6.6.6', 0)).toBe('10.0.0.1');
    expect(seen('6.6.6.6, 41.0.0.9', 1)).toBe('41.0.0.9');
    expect(seen('6.6.6.6, 41.0.0.9, 10.0.0.2', 2)).toBe('41.0.0.9');
    expect(seen('41.0.0.9', 2)).toBe('10.0.0.1');
    expect(seen(undefined, 1)).toBe('10.0.0.1');
    expect(seen('41.0.0.9, ', 1)).toBe('10.0.0.1');
  });

  it('of IPv4 in IPv6 is the same address, and one of IPv6 counts with its network', () => {
    expect(seen(undefined, 0, '::ffff:41.0.0.9')).toBe('41.0.0.9');
    expect(seen('::FFFF:41.0.0.9', 1)).toBe('41.0.0.9');
    expect(networkOf('41.0.0.9')).toBe('41.0.0.9');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::9'));
    expect(networkOf('2001:db8:1:2::9')).not.toBe(networkOf('2001:db8:1:3::9'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });

  it('of strangers has its own limit, which good keys are not under', async () => {
    const door = await openDoor(stage, { anonymousPerMinute: 3, trustedProxies: 1 });
    const from = (address: string, ...more: string[]) =>
      ask(door.url, ['x-forwarded-for', `9.9.9.9, ${address}`, ...more], '{ __typename }');
    const statuses = [];
    for (const more of [[], ['x-api-key', 'bad'], [], [], ['x-api-key', 'bad']])
      statuses.push((await from('41.0.0.9', ...more)).status);
    expect(statuses).toEqual([200, 401, 200, 429, 429]);
    const refused = await from('::ffff:41.0.0.9');
    expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
    expect(refused.body.errors?.[0]?.message).toMatch(/limit is 3 requests without a valid credential in 60 s/);
    expect((await from('41.0.0.9', 'x-api-key', KEY)).status).toBe(200);
    expect((await from('41.0.0.10')).status).toBe(200);
    await door.door.close();
  });
});
