// Every step of money at which a process can die, and what leads one there. A new step is a new row: the table is a record over
// all of them.

import { randomUUID } from 'node:crypto';
import { STEPS, type Step } from '../../src/services/steps.ts';
import { TRANSPORTS, type Client } from './client.ts';
import { CreateIntent, RefreshIntent, VerifyKkiapay } from './documents.ts';
import { eventually } from './eventually.ts';
import type { CreateIntentInput } from './generated/graphql.ts';
import { openPage, type Page } from './page.ts';
import { deliver, signedByMock, type Letter, type PostOffice } from './post-office.ts';
import type { System } from './system.ts';
import { aMockWish, aWish, created, refunded } from './wishes.ts';

export type Entry = 'api' | 'worker';
const CRASH_GATEWAYS = ['mock', 'kkiapay'] as const;
export type CrashGateway = (typeof CRASH_GATEWAYS)[number];

/** Leads a payment to the step, through the API that is to die, or through a sound one where a worker is. */
type Lead = (stage: Stage, gateway: CrashGateway) => Promise<unknown>;

/** What the rows of a table share. */
export interface Town {
  readonly system: System;
  readonly post: PostOffice;
  /** Callbacks that were answered 2xx: no provider sends them again. */
  readonly heard: Set<Letter>;
  /** Watching payments at a sound API. */
  readonly pages: Page[];
}

interface Stage extends Town {
  readonly through: Client;
  readonly doorUrl: string;
  /** What its payments are called. */
  readonly name: string;
  /** Told of each creation that is begun. */
  begun(input: CreateIntentInput): void;
}

export interface Row {
  readonly label: Step;
  readonly entry: Entry;
  readonly gateway: CrashGateway;
  /** The faults of the catalogue that it is. */
  readonly faults: string;
  readonly lead: Lead;
}

type Ways = Partial<Record<Entry, Lead>> & { readonly faults?: string; readonly only?: CrashGateway };

/** Of KkiaPay's sandbox: the payer does not answer. */
const IGNORES = '+2290161000004';

const wishOf = (gateway: CrashGateway, name: string, words = ''): CreateIntentInput =>
  gateway === 'mock' ? aMockWish(words, { referenceId: name }) : aWish({ referenceId: name });

const create: Lead = ({ through, name, begun }, gateway) => {
  const input = wishOf(gateway, name);
  begun(input);
  return through.call(CreateIntent, { input });
};

/** Created by the sound API, and done by its payer. */
async function made({ system, post, pages, name, begun }: Stage, gateway: CrashGateway) {
  const input = wishOf(gateway, name);
  begun(input);
  const intent = await created(system.client, input);
  pages.push(openPage(system.client, TRANSPORTS[pages.length % 2] ?? 'ws', intent.id));
  return { intent, letter: await post.letter(intent.id) };
}

const refresh: Lead = async (stage, gateway) => {
  const { intent } = await made(stage, gateway);
  return stage.through.call(RefreshIntent, { id: intent.id });
};

const call: Lead = async (stage, gateway) => {
  const { letter } = await made(stage, gateway);
  if ((await deliver(stage.doorUrl, letter)) === 200) stage.heard.add(letter);
};

/** Of a payment that nobody here knows. */
const callAstray: Lead = async (stage, gateway) => {
  const { system, doorUrl } = stage;
  const { intent, letter } = await made(stage, gateway);
  const stray = letter.body.replaceAll(intent.id, randomUUID());
  const secret = system.simulators.env['MOCK_WEBHOOK_SECRET'] ?? '';
  const strays: Record<CrashGateway, () => Letter> = {
    mock: () =>
      signedByMock(
        stray.replaceAll(/"(?:pay|evt)_/g, (id) => `${id}astray_`),
        secret,
      ),
    kkiapay: () => ({ ...letter, body: stray.replace(/"transactionId":"..../, '"transactionId":"astr') }),
  };
  return deliver(doorUrl, strays[gateway]());
};

/** The payer has time, so that the first look is not the last. */
const wait: Lead = async ({ system, name, begun }, gateway) => {
  const input =
    gateway === 'mock' ? wishOf(gateway, name, 'ignore') : aWish({ referenceId: name, customer: { phone: IGNORES } });
  begun(input);
  const { id } = await created(system.client, input);
  await system.witness.sees(id, ({ polls }) => polls > 0);
  await system.controls.phone(gateway, id, 'approve');
};

/** The call is swallowed, so that the worker has to ask, and to send it again where it may. */
const lose: Lead = async (stage, gateway) => {
  await stage.system.controls.script(gateway, { times: 1, on: 'collect', mood: 'silent' });
  return create({ ...stage, through: stage.system.client }, gateway);
};

/** The API dies of it, and leaves an attempt that nobody will ever hear of. */
const orphan: Lead = async ({ system, post, heard, pages, begun }, gateway) => {
  const row: Row = { label: 'planned', entry: 'api', gateway, faults: '', lead: create };
  const [input] = await crash(row, { system, post, heard, pages });
  if (input === undefined) throw new Error('nothing was begun');
  begun(input);
  const [intent] = await system.witness.intents({ 'keys.key': `create:${input.idempotencyKey}` });
  await system.witness.sees(intent?._id ?? '', ({ attempts }) => attempts.every(({ state }) => state !== 'SENT'));
};

const refund =
  (mood: 'normal' | 'lost-reply' | 'silent'): Lead =>
  async (stage, gateway) => {
    const { system, through } = stage;
    const { intent } = await made(stage, gateway);
    await system.client.call(RefreshIntent, { id: intent.id });
    await system.witness.sees(intent.id, ({ status }) => status === 'SUCCEEDED');
    if (mood !== 'normal') await system.controls.script(gateway, { times: 1, on: 'refund', mood });
    return refunded(through, intent.id, null);
  };

const verify: Lead = async ({ system, through, name, begun }) => {
  const input = aWish({ customer: null, referenceId: name });
  begun(input);
  const { id } = await created(system.client, input);
  const paid = await system.controls.post('/kkiapay/_widget', { amount: 5_000, data: { intentId: id } });
  const { transactionId } = paid as { transactionId: string };
  return through.call(VerifyKkiapay, { input: { idempotencyKey: id, intentId: id, transactionId } });
};

const TABLE: Readonly<Record<Step, Ways>> = {
  planned: { api: create, faults: 'F1' },
  sent: { api: create, faults: 'F2' },
  called: { api: create, faults: 'F3' },
  committed: { api: create, worker: call, faults: 'F4' },
  published: { api: create, worker: call, faults: 'F5' },
  rung: { api: create, worker: wait, faults: 'F5' },
  abandoned: { worker: orphan },
  received: { api: call },
  inboxed: { api: call, faults: 'F6' },
  taken: { worker: call },
  matched: { worker: call },
  applied: { worker: call },
  marked: { worker: call },
  postponed: { worker: callAstray },
  claimed: { worker: made, faults: 'F1' },
  asked: { api: refresh, worker: made },
  settled: { api: refresh, worker: made },
  released: { worker: made },
  resending: { worker: lose, only: 'mock', faults: 'F2' },
  resent: { worker: lose, only: 'mock', faults: 'F3' },
  verified: { api: verify, only: 'kkiapay' },
  'refund-reserved': { api: refund('normal'), faults: 'F1' },
  'refund-sent': { api: refund('normal'), faults: 'F2' },
  'refund-called': { api: refund('normal'), faults: 'F3' },
  'refund-recorded': { api: refund('normal'), faults: 'F4' },
  'refund-asked': { worker: refund('lost-reply') },
  'refund-counted': { worker: refund('silent') },
  'refund-resending': { worker: refund('silent'), only: 'mock' },
  'refund-resent': { worker: refund('silent'), only: 'mock' },
};

export function rowsOf(entry: Entry): readonly Row[] {
  return (Object.keys(TABLE) as Step[]).flatMap((label) => {
    const { [entry]: lead, faults = '', only } = TABLE[label];
    if (lead === undefined) return [];
    const gateways = CRASH_GATEWAYS.filter((gateway) => only === undefined || gateway === only);
    return gateways.map((gateway) => ({ label, entry, gateway, faults, lead }));
  });
}

/** Starts the process that is to die, leads payments to its step until it has, and returns what was asked for. */
export async function crash(row: Row, town: Town): Promise<CreateIntentInput[]> {
  const { system } = town;
  const { label, entry, gateway, lead } = row;
  const inputs: CreateIntentInput[] = [];
  const doomed = await system.start(entry, { PORT: '0' }, { crashAt: label, onlyFor: gateway });
  let isDead = false;
  const died = doomed.exited.then((end) => {
    isDead = true;
    return end;
  });
  const isApi = entry === 'api';
  const stage: Stage = {
    ...town,
    name: `${entry} ${label} ${gateway}`,
    through: isApi ? system.clientOf(system.apiKey, `${doomed.url}/graphql`) : system.client,
    doorUrl: isApi ? doomed.url : system.apiUrl,
    begun: (input) => void inputs.push(input),
  };
  // Another worker that is still alive may take the work away: then there has to be more of it.
  const lure = async (): Promise<boolean> => {
    if (!isDead) await Promise.race([lead(stage, gateway).catch(ignoreEndOf(() => isDead || isApi)), died]);
    return isDead;
  };
  await eventually(lure, (dead) => dead, { everyMs: 1_000, withinMs: 90_000 });
  const { signal } = await died;
  const said = await eventually(doomed.output, (log) => log.includes(`crash at ${label}`), { withinMs: 5_000 });
  if (signal !== 'SIGKILL') throw new Error(`${stage.name} ended with ${String(signal)}: ${said}`);
  return inputs;
}

/** A call to a process that dies of it fails; any other failure is the test's. */
const ignoreEndOf =
  (isExpected: () => boolean) =>
  (error: unknown): undefined => {
    if (!isExpected()) throw error;
  };

export const STEP_COUNT = Object.keys(STEPS).length;
