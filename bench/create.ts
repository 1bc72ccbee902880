// B2: createIntent through the real API process, on a real MongoDB and Redis, against raw node:http and the native
// driver doing the same writes. And B4: the same call again with the same key, against one native findOne; each connection
// repeats a payment of its own, as callers do.

import { randomUUID } from 'node:crypto';
import { CREATE_INTENT } from './documents.ts';
import { ask, CONNECTIONS, jsonRequest, race, type Contender, type Plan, type Round } from './load.ts';
import type { Places } from './places.ts';
import type { Outcome } from './report.ts';
import { startServer, type Profiles, type Server, type ServerPlan } from './server.ts';
import type { CreateAnswer, NativeInput } from './servers/native-writes.ts';

const AMOUNT = { amount: 5_000, currency: 'XOF' };
const WIDGET = { amount: AMOUNT, country: 'BJ', referenceId: 'order-1', gateway: 'KKIAPAY', paymentMode: 'WIDGET' };
const PUSH = {
  ...{ amount: AMOUNT, country: 'BJ', referenceId: 'order-1', gateway: 'MOCK', paymentMode: 'PUSH' },
  customer: { phone: '+2290161000000' },
  // The provider takes the payment, and then nothing more comes from it.
  metadata: [{ key: 'mock', value: 'ignore none' }],
};

interface Answer extends CreateAnswer {
  readonly data: {
    readonly createIntent: {
      readonly replayed: boolean;
      readonly intent: { readonly id: string; readonly status: string };
    };
  };
}

export interface CreateBench {
  readonly places: Places;
  readonly plan: Plan;
  readonly profiles: Profiles;
}

export async function benchCreates(wanted: (id: string) => boolean, bench: CreateBench): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  if (wanted('b2') || wanted('b4')) {
    const api = await startApi(bench, 'api', {});
    if (wanted('b2')) outcomes.push(await benchWidget(api, bench));
    if (wanted('b4')) outcomes.push(await benchReplay(api, bench));
    await api.stop();
  }
  if (wanted('b2-push')) outcomes.push(await benchPush(bench));
  return outcomes;
}

async function benchWidget(api: Server, bench: CreateBench): Promise<Outcome> {
  const ours = contenderOf(api, WIDGET, '[<id>]', bench);
  const { answer, text } = await created(ours, 'PENDING', false);
  const floor = await startFloor({ does: 'insert', answer, provider: null }, bench);
  const rounds = await raceDurably(ours, { server: floor, request: { ...ours.request, url: floor.url } }, text, bench);
  await floor.stop();
  const goals = [
    { name: 'throughput', must: 0.8, aim: null },
    { name: 'CPU', must: 1.7, aim: null },
  ] as const;
  const title = 'createIntent with one durable write, against raw node:http and the native driver';
  return { id: 'b2', title, unit: 'requests', goals, rounds };
}

async function benchReplay(api: Server, bench: CreateBench): Promise<Outcome> {
  const all = Array.from({ length: CONNECTIONS }, () => contenderOf(api, WIDGET, `replayed-${randomUUID()}`, bench));
  for (const one of all) await created(one, 'PENDING', false);
  const [first = contenderOf(api, WIDGET, '', bench)] = all;
  const { answer } = await created(first, 'PENDING', true);
  const ours = { server: api, request: { ...first.request, bodies: all.map(({ request }) => request.body) } };
  const floor = await startFloor({ does: 'find', answer, provider: null }, bench, true);
  const theirs = { server: floor, request: { ...ours.request, url: floor.url } };
  if ((await ask(theirs.request, '')) !== JSON.stringify(answer)) throw new Error('the floor answers other bytes');
  const rounds = await race(ours, theirs, bench.plan);
  await floor.stop();
  return {
    id: 'b4',
    title: 'createIntent again with the same key, against one findOne',
    unit: 'requests',
    goals: [{ name: 'throughput', must: 0.6, aim: null }],
    rounds,
  };
}

async function benchPush(bench: CreateBench): Promise<Outcome> {
  const provider = await startServer(
    { name: 'simulators', entry: 'bench/servers/simulators.ts', measured: false },
    null,
  );
  const { MOCK_BASE_URL = '', MOCK_API_KEY = '' } = provider.env ?? {};
  // Production refuses the mock provider.
  const api = await startApi(bench, 'api-push', { ...provider.env, NODE_ENV: 'test' });
  const ours = contenderOf(api, PUSH, '[<id>]', bench);
  const { answer, text } = await created(ours, 'PROCESSING', false);
  const headers = { 'content-type': 'application/json', 'x-mock-key': MOCK_API_KEY };
  const call = { url: `${MOCK_BASE_URL}/v1/payments`, headers };
  const floor = await startFloor({ does: 'insert-call-update', answer, provider: call }, bench);
  const rounds = await raceDurably(ours, { server: floor, request: { ...ours.request, url: floor.url } }, text, bench);
  await Promise.all([floor.stop(), api.stop(), provider.stop()]);
  const title = 'createIntent with a call to the provider and two durable writes, against the same without us';
  return { id: 'b2-push', title, unit: 'requests', goals: [], rounds };
}

function startApi(
  { places, profiles }: CreateBench,
  name: string,
  env: NonNullable<ServerPlan['env']>,
): Promise<Server> {
  return startServer({ name, entry: 'src/api.ts', env: { ...places.env, ...env } }, profiles);
}

function startFloor(
  what: Pick<NativeInput, 'does' | 'answer' | 'provider'>,
  { places, profiles }: CreateBench,
  onOurs = false,
): Promise<Server> {
  const templateUrl = places.env['MONGODB_URL'] ?? '';
  const { id: templateId } = what.answer.data.createIntent.intent;
  const input: NativeInput = { ...what, templateUrl, templateId, url: onOurs ? templateUrl : places.floorUrl };
  return startServer({ name: `native-${what.does}`, entry: 'bench/servers/native-writes.ts', input }, profiles);
}

function contenderOf(server: Server, wish: object, idempotencyKey: string, { places }: CreateBench): Contender {
  const body = { query: CREATE_INTENT, variables: { input: { ...wish, idempotencyKey } } };
  return { server, request: jsonRequest(`${server.url}/graphql`, body, places.apiKey) };
}

async function created(
  { request }: Contender,
  status: string,
  replayed: boolean,
): Promise<{ answer: Answer; text: string }> {
  const text = await ask(request, `first-${randomUUID()}`);
  const answer = JSON.parse(text) as Partial<Answer>;
  const { intent, replayed: was } = answer.data?.createIntent ?? {};
  if (intent?.status !== status || was !== replayed)
    throw new Error(`createIntent does not answer as it should: ${text}`);
  return { answer: answer as Answer, text };
}

/** The race, with both databases counted: what was answered has been stored. */
async function raceDurably(
  ours: Contender,
  floor: Contender,
  text: string,
  { places, plan }: CreateBench,
): Promise<readonly Round[]> {
  const theirs = await ask(floor.request, `first-${randomUUID()}`);
  if (theirs.length !== text.length)
    throw new Error(`the floor's answer has another size: ${theirs}, and ours ${text}`);
  const before = await countsOf(places);
  const rounds = await race(ours, floor, plan);
  const after = await countsOf(places);
  for (const side of ['ours', 'floor'] as const) {
    const answered = rounds.reduce((sum, round) => sum + round[side].count, 0);
    if (after[side] - before[side] < answered) throw new Error(`${side}: more was answered than stored`);
  }
  return rounds;
}

async function countsOf({ connection, floorUrl }: Places): Promise<{ ours: number; floor: number }> {
  const floorName = new URL(floorUrl).pathname.slice(1);
  const floor = connection.useDb(floorName).collection('intents');
  const [ours, theirs] = await Promise.all([connection.collection('intents').countDocuments(), floor.countDocuments()]);
  return { ours, floor: theirs };
}
