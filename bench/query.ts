// B1: what our door adds to a query that is answered from memory, authentication included.

import { randomUUID } from 'node:crypto';
import { makeKey } from '../src/services/auth.ts';
import { INTENT, WHOLE_INTENT } from './documents.ts';
import { ask, jsonRequest, race, type Plan } from './load.ts';
import { BENCH_KEY } from './places.ts';
import type { Outcome } from './report.ts';
import { startServer, type Profiles, type Server } from './server.ts';
import type { DoorInput } from './servers/door.ts';

export async function benchQueries(
  wanted: (id: string) => boolean,
  plan: Plan,
  profiles: Profiles,
): Promise<Outcome[]> {
  const { credential, key } = makeKey(BENCH_KEY, new Date());
  const intentId = randomUUID();
  const input: DoorInput = { key, intentId };
  const door = await startServer({ name: 'door', entry: 'bench/servers/door.ts', input }, profiles);
  const outcomes: Outcome[] = [];
  if (wanted('b1')) {
    const goals = [{ name: 'throughput', must: 0.18, aim: 0.35 }] as const;
    const rounds = await benchQuery(door, credential, intentId, INTENT, plan, profiles);
    outcomes.push({ id: 'b1', title: 'Query of an intent, against raw node:http', unit: 'requests', goals, rounds });
  }
  if (wanted('b1-whole')) {
    const rounds = await benchQuery(door, credential, intentId, WHOLE_INTENT, plan, profiles);
    outcomes.push({ id: 'b1-whole', title: 'The same with all fields', unit: 'requests', goals: [], rounds });
  }
  await door.stop();
  return outcomes;
}

async function benchQuery(door: Server, apiKey: string, id: string, query: string, plan: Plan, profiles: Profiles) {
  const body = { query, variables: { id } };
  const ours = { server: door, request: jsonRequest(`${door.url}/graphql`, body, apiKey) };
  const stranger = jsonRequest(
    `${door.url}/graphql`,
    body,
    apiKey.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
  );
  const refused = await ask(stranger, '').catch((error: unknown) => String(error));
  if (!refused.includes('UNAUTHENTICATED')) throw new Error(`a wrong key was not refused: ${refused}`);
  const text = await ask(ours.request, '');
  const answer = JSON.parse(text) as { data?: { intent?: { id?: string; status?: string } | null }; errors?: unknown };
  if (answer.errors !== undefined || answer.data?.intent?.id !== id || answer.data.intent.status !== 'SUCCEEDED') {
    throw new Error(`the door does not answer as it should: ${text}`);
  }
  const raw = await startServer(
    { name: 'fixed-answer', entry: 'bench/servers/fixed-answer.ts', input: answer },
    profiles,
  );
  const floor = { server: raw, request: jsonRequest(raw.url, body, apiKey) };
  if ((await ask(floor.request, '')) !== text) throw new Error('the floor answers other bytes than the door');
  const rounds = await race(ours, floor, plan);
  await raw.stop();
  return rounds;
}
