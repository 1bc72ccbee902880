// Goal: the simulator is KkiaPay as KkiaPay's own people wrote its client. Method: the official Node SDK, untouched. It has no
// setting for its host, so the network below it is turned: what goes to api-sandbox.kkiapay.me arrives at the simulator.

import http from 'node:http';
import https from 'node:https';
import { kkiapay as createSdk } from '@kkiapay-org/nodejs-sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { kkiapay } from './index.ts';

interface Transaction {
  readonly transactionId: string;
  readonly status: string;
  readonly amount: number;
}

const realRequest = https.request;
const hosts: unknown[] = [];
let world: OpenWorld;

beforeEach(async () => {
  world = await openWorld(kkiapay);
  const { port, pathname } = new URL(world.simulatorUrl);
  const turned = (options: https.RequestOptions, onResponse?: (response: http.IncomingMessage) => void) => {
    hosts.push(options.hostname);
    const { path, method, headers } = options;
    return http.request({ host: '127.0.0.1', port, path: `${pathname}${path ?? ''}`, method, headers }, onResponse);
  };
  https.request = turned as typeof https.request;
});

afterEach(async () => {
  https.request = realRequest;
  hosts.length = 0;
  await world.close();
});

function sdk(overrides: Readonly<Record<string, string>> = {}) {
  const env = { ...world.env, ...overrides };
  return createSdk({
    publickey: env['KKIAPAY_PUBLIC_KEY'] ?? '',
    privatekey: env['KKIAPAY_PRIVATE_KEY'] ?? '',
    secretkey: env['KKIAPAY_SECRET_KEY'] ?? '',
    sandbox: true,
  });
}

async function payInWidget(phone = '22961000000'): Promise<string> {
  const { body } = await world.post('/_widget', { amount: 1_000, phone, data: '{"intentId":"i-1"}', partnerId: 'p-1' });
  return (body as Transaction).transactionId;
}

it('verifies a payment', async () => {
  const transactionId = await payInWidget();
  expect(await sdk().verify(transactionId)).toMatchObject({
    transactionId,
    status: 'SUCCESS',
    amount: 1_000,
    fees: 19,
    source: 'MOBILE_MONEY',
    type: 'DEBIT',
    state: '{"intentId":"i-1"}',
    partnerId: 'p-1',
    client: { phone: '22961000000' },
  });
  expect(hosts).toEqual(['api-sandbox.kkiapay.me']);
});

it('verifies a payment that failed', async () => {
  expect(await sdk().verify(await payInWidget('22961000002'))).toMatchObject({
    status: 'FAILED',
    failureCode: 'insufficient_fund',
  });
});

it('refunds a payment, once', async () => {
  const transactionId = await payInWidget();
  expect(await sdk().refund(transactionId)).toEqual({ code: 'SUCCESS', description: 'REVERTED', transactionId });
  expect(await sdk().verify(transactionId)).toMatchObject({ status: 'REVERTED' });
  await expect(sdk().refund(transactionId)).rejects.toThrow();
  expect((await world.ledger()).filter(({ kind }) => kind === 'refund')).toHaveLength(1);
});

it('refuses an unknown transaction, and each key that is not ours, as the SDK expects it', async () => {
  await expect(sdk().verify('nosuch123')).rejects.toThrow('Transaction Not Found');
  const transactionId = await payInWidget();
  for (const name of ['KKIAPAY_PUBLIC_KEY', 'KKIAPAY_PRIVATE_KEY', 'KKIAPAY_SECRET_KEY']) {
    await expect(sdk({ [name]: 'somebody_elses' }).verify(transactionId)).rejects.toThrow('Transaction Not Found');
  }
});
