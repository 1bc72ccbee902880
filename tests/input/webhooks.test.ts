// Goal: a provider's call that is no good is refused, or stored and parked, and never guessed at; what is forged leaves no
// mark (B46 to B50, B52 to B54, B59). Method: tables over real HTTP, played with every wire of ./wires.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aMockWish, created, intentNow } from '../testkit/wishes.ts';
import { speak } from '../testkit/speak.ts';
import { ask, expectNothingTold, expectRefusal } from './asking.ts';
import type { Answer, Asked, Refused } from './asking.ts';
import { openStage, type Stage } from './stage.ts';
import { signed, WIRES, type Wire } from './wires.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const FORGED: Refused = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'This call is not signed as it has to be.',
};
const NOWHERE: Refused = { status: 404, code: 'NOT_FOUND', message: 'There is nothing here.' };

function call({ gateway }: Wire, headers: Readonly<Record<string, string>>, body: Asked['body']): Promise<Answer> {
  return ask(stage.apiUrl, {
    url: `/webhooks/${gateway}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: body ?? null,
  });
}

/** What a worker would do with what has come. */
async function work(): Promise<void> {
  for (const { _id, state } of await stage.inbox()) {
    if (state === 'RECEIVED') await stage.house.services.webhooks.process(_id);
  }
}

async function refused(asked: Asked, refusal: Refused): Promise<void> {
  expectRefusal(await stage.unmarked(() => ask(stage.apiUrl, asked)), refusal);
}

describe.each(WIRES.map((wire) => [wire.gateway, wire] as const))('%s', (_gateway, wire) => {
  const url = `/webhooks/${wire.gateway}`;
  const genuine = (body: string) => signed(wire, stage.simulators.env, body);
  const body = JSON.stringify(wire.success());
  const proof = (value: string) => ({ 'content-type': 'application/json', [wire.header]: value });

  it.each([
    ['an empty one', ''],
    ['a space', ' '],
    ['hex of odd length', 'abc'],
    ['base64 with spaces', 'AQID BA=='],
    ['upper-case hex', 'DEADBEEF'.repeat(8)],
    ['the right length', 'deadbeef'.repeat(8)],
    ['ten signatures', Array.from({ length: 10 }, () => 'deadbeef'.repeat(8)).join(',')],
    ['letters that are not ASCII', '\u00e9\u00ff'],
    ['15,000 characters', 'x'.repeat(15_000)],
    ['an operator', '{"$ne":null}'],
  ])('B46 %s for a signature', async (_name, value) => {
    await refused({ url, headers: proof(value), body }, FORGED);
  });

  it('B46 no signature, and two', async () => {
    await refused({ url, headers: { 'content-type': 'application/json' }, body }, FORGED);
    const right = genuine(body)[wire.header] ?? '';
    const lines = ['host: a', 'connection: close', 'content-type: application/json', `content-length: ${body.length}`];
    const twice = [`${wire.header}: ${right}`, `${wire.header}: ${right}`];
    const head = [`POST ${url} HTTP/1.1`, ...lines, ...twice].join('\r\n');
    const heard = await stage.unmarked(() => speak(stage.port, `${head}\r\n\r\n${body}`));
    expect(heard).toMatch(/^HTTP\/1.1 401 /);
  });

  it('B46 a header of a megabyte', async () => {
    const head = `POST ${url} HTTP/1.1\r\nhost: a\r\n${wire.header}: ${'x'.repeat(1_000_000)}\r\n\r\n`;
    const heard = await stage.unmarked(() => speak(stage.port, head));
    expect(heard).toMatch(/^HTTP\/1.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/);
  });

  it('B47 the right signature over the same JSON in other bytes', async () => {
    const { [wire.header]: right = '' } = genuine(body);
    await refused({ url, headers: proof(right), body: JSON.stringify(JSON.parse(body), null, 1) }, FORGED);
    await refused({ url, headers: proof(right), body: `${body} ` }, FORGED);
    await refused({ url, headers: proof(right), body: body.replace('5000', '5001') }, FORGED);
  });

  it('B48 the right body under another secret', async () => {
    const others = WIRES.filter((one) => one !== wire).map((one) => one.secretIn(stage.simulators.env));
    for (const secret of ['', 'another-secret', ...others]) {
      await refused({ url, headers: proof(wire.sign(body, secret, nowSeconds())), body }, FORGED);
    }
  });

  const { untimely } = wire;
  if (untimely !== null) {
    it.each(Object.keys(untimely('', '', 1e9)))('B49 a timestamp that is %s', async (name) => {
      const values = untimely(body, wire.secretIn(stage.simulators.env), nowSeconds());
      await refused({ url, headers: proof(values[name] ?? ''), body }, FORGED);
    });
  }

  it('B50 a path that was given to nobody', async () => {
    for (const path of ['/extra', '/a/b', '/..%2fkkiapay', '//']) {
      await refused({ url: `${url}${path}`, headers: genuine(body), body }, NOWHERE);
    }
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('B50 %s', async (method) => {
    const refusal: Refused = {
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      message: 'A webhook is a POST.',
      headers: { allow: 'POST' },
    };
    await refused({ method, url, headers: genuine(body) }, refusal);
  });

  it('B50 HEAD: the same without a body', async () => {
    const { status, headers, text } = await ask(stage.apiUrl, { method: 'HEAD', url });
    expect([status, headers.get('allow'), text]).toEqual([405, 'POST', '']);
  });

  it.each(['text/plain', 'text/xml', 'application/octet-stream', 'application/jsonp'])(
    'B50 of type %s',
    async (type) => {
      const refusal: Refused = { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message: 'A webhook is JSON or a form.' };
      await refused({ url, headers: { ...genuine(body), 'content-type': type }, body }, refusal);
    },
  );

  it('B50 a body of a megabyte', async () => {
    const large = JSON.stringify(wire.success({ pad: 'x'.repeat(1_000_000) }));
    const message = 'The body is larger than the 262144 bytes allowed.';
    await refused({ url, headers: genuine(large), body: large }, { status: 413, code: 'PAYLOAD_TOO_LARGE', message });
  });

  it.each([
    ['no JSON', '{"event":'],
    ['nothing', ''],
    ['a word', 'hello'],
    ['a number', '5000'],
    ['null', 'null'],
    ['a list', '[]'],
    ['half of a letter', '{"event":"\ud800'],
  ])('B52 signed, and %s', async (_name, text) => {
    const message = 'The body is not a JSON object.';
    await refused({ url, headers: genuine(text), body: text }, { status: 400, code: 'BAD_REQUEST', message });
  });

  it('B52 signed, and 10,000 levels deep: parked or refused, never a fault', async () => {
    const deep = `{"event":"x","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const answer = await call(wire, genuine(deep), deep);
    expect([200, 400]).toContain(answer.status);
    expectNothingTold(answer.text);
  });

  it.each(Object.entries(wire.broken))(
    'B52 B53 signed, and %s: stored and parked, never guessed',
    async (_name, broken) => {
      const text = JSON.stringify(broken);
      const before = await stage.inbox();
      const answer = await call(wire, genuine(text), text);
      expect([answer.status, answer.text]).toEqual([200, '{"received":true}']);
      const rows = (await stage.inbox()).slice(before.length);
      expect(rows).toMatchObject([
        { gateway: wire.gateway, state: 'PARKED', dueAt: null, intentId: null, note: 'not a documented body' },
      ]);
      expect((await call(wire, genuine(text), text)).status).toBe(200);
      expect(await stage.inbox()).toHaveLength(before.length + 1);
    },
  );

  it.each(Object.entries(wire.unclear))(
    'B53 signed, and %s: it claims nothing, and only makes us ask',
    async (_name, unclear) => {
      const text = JSON.stringify(unclear);
      const before = await stage.inbox();
      expect((await call(wire, genuine(text), text)).status).toBe(200);
      const [row] = (await stage.inbox()).slice(before.length);
      await stage.house.services.webhooks.process(row?._id ?? '');
      const [after] = (await stage.inbox()).slice(before.length);
      expect(after).toMatchObject({ state: 'RECEIVED', tries: 1, intentId: null, note: 'no such payment yet' });
    },
  );

  it.each(Object.entries(wire.doubtful))(
    'B53 signed, and %s: never a success, and for people to see',
    async (_name, change) => {
      const intent = await created(stage.client, aMockWish('none ignore'));
      const own = { id: intent.gatewayTransactionId, intentId: intent.id };
      const text = JSON.stringify(wire.success({ ...own, ...change }));
      expect((await call(wire, genuine(text), text)).status).toBe(200);
      await work();
      expect(await intentNow(stage.client, intent.id)).toMatchObject({ status: 'PROCESSING', needsReview: true });
    },
  );

  it('B54 of a payment that nobody knows: stored, and tried again inside', async () => {
    const before = await stage.inbox();
    const text = JSON.stringify(wire.success());
    expect((await call(wire, genuine(text), text)).status).toBe(200);
    const [row] = (await stage.inbox()).slice(before.length);
    expect(row).toMatchObject({ state: 'RECEIVED', intentId: null });
    await stage.house.services.webhooks.process(row?._id ?? '');
    const [after] = (await stage.inbox()).slice(before.length);
    expect(after).toMatchObject({ state: 'RECEIVED', tries: 1, intentId: null, note: 'no such payment yet' });
    expect(after?.dueAt).toBeInstanceOf(Date);
  });
});

describe('a provider that there is not', () => {
  it.each(['nope', '__proto__', 'constructor', 'UPPER', 'a.b', '', '%24ne', 'x'.repeat(200)])(
    'B50 /webhooks/%s, whatever the verb',
    async (name) => {
      for (const method of ['POST', 'GET', 'PUT', 'DELETE']) {
        const headers = { 'content-type': 'application/json' };
        await refused(
          { method, url: `/webhooks/${name}`, headers, ...(method === 'GET' ? {} : { body: '{}' }) },
          NOWHERE,
        );
      }
      const head = await ask(stage.apiUrl, { method: 'HEAD', url: `/webhooks/${name}` });
      expect([head.status, head.headers.get('allow')]).toEqual([404, null]);
    },
  );
});

it('B59 two transactions that both succeed for one payment: the first stays, the second is for people, none is dropped', async () => {
  const [mock] = WIRES;
  if (mock === undefined) throw new Error('there is no wire');
  const intent = await created(stage.client, aMockWish('none ignore'));
  const before = (await stage.inbox()).length;
  for (const id of [intent.gatewayTransactionId, 'second-transaction']) {
    const text = JSON.stringify(mock.success({ id, intentId: intent.id }));
    expect((await call(mock, signed(mock, stage.simulators.env, text), text)).status).toBe(200);
    await work();
  }
  expect(await intentNow(stage.client, intent.id)).toMatchObject({
    status: 'SUCCEEDED',
    gatewayTransactionId: intent.gatewayTransactionId,
    needsReview: true,
  });
  expect((await stage.inbox()).slice(before)).toHaveLength(2);
});
