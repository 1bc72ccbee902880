// Goal: the invariants that the fault tests end with can fail. Method: a sound payment breaks none of them; the same payment
// with one fault planted breaks the one that is named.

import { expect, it } from 'vitest';
import { anIntent, momentOf } from '../../src/core/intent.fixture.ts';
import type { Intent } from '../../src/core/intent.ts';
import { recordRefund, reserveRefund } from '../../src/core/refund.ts';
import { recordOutcome, settle } from '../../src/core/settle.ts';
import type { IntentDocument } from '../../src/store/document.ts';
import type { LedgerEntry } from '../testkit/controls.ts';
import { INVARIANTS } from '../testkit/invariants.ts';
import type { Evidence, InboxDocument } from '../testkit/witness.ts';

const ID = '01a1fec3-b31e-7bef-b19b-ae4553682444';
const PAID: LedgerEntry = {
  reference: ID,
  operationId: 'attempt-1',
  providerId: 'transaction-1',
  kind: 'collect',
  amount: 5_000,
  currency: 'XOF',
  state: 'succeeded',
  at: '2026-01-01T00:00:02.000Z',
};
const BACK: LedgerEntry = { ...PAID, kind: 'refund', operationId: 'refund-1', amount: 2_000 };
const ROW: InboxDocument = {
  _id: 'inbox-2',
  gateway: 'kkiapay',
  dedupeKey: 'transaction-1:transaction.success',
  state: 'APPLIED',
  tries: 1,
  dueAt: null,
  intentId: ID,
  note: null,
};

/** From its birth to its refund, every version. */
function lifeOf(id = ID): readonly IntentDocument[] {
  const born = anIntent({ id, keys: [{ key: 'create:once', requestHash: '' }] });
  const accepted = recordOutcome(
    born,
    { kind: 'accepted', providerId: 'transaction-1', nextAction: null },
    momentOf(1),
  );
  const report = {
    providerId: 'transaction-1',
    reference: id,
    state: 'succeeded',
    amount: born.amount,
    environment: null,
    instrument: null,
    failure: null,
  } as const;
  const paid = settle(accepted, report, 'sandbox', momentOf(2));
  const record = { key: 'refund:once', requestHash: '' };
  const { intent: asked } = reserveRefund(
    paid,
    { id: 'refund-1', amount: 2_000, reason: null, record },
    momentOf(3).at,
  );
  const done = {
    kind: 'accepted',
    report: { providerRefundId: null, state: 'succeeded', amount: null, failure: null },
  } as const;
  return [born, accepted, paid, asked, recordRefund(asked, 'refund-1', done, momentOf(4))].map(documentOf);
}

function documentOf({ id, ...intent }: Intent): IntentDocument {
  return { _id: id, ...intent, sequence: intent.events.length, lastOps: [] };
}

function sound(): Evidence {
  const life = lifeOf();
  return {
    intents: life.slice(-1),
    versions: new Map([[ID, life]]),
    inbox: [ROW],
    ledger: { kkiapay: [PAID, BACK], mock: [] },
    at: momentOf(5).at,
    logs: '{"msg":"intent event"}',
    secrets: ['canary'],
  };
}

/** The last version, and so the document as it is now, with something else in it. */
function last(change: (intent: IntentDocument) => Partial<IntentDocument>): Evidence {
  const life = lifeOf();
  const [before] = life.slice(-1);
  if (before === undefined) throw new Error('an intent has a version');
  const after = { ...before, ...change(before) };
  return { ...sound(), intents: [after], versions: new Map([[ID, [...life.slice(0, -1), after]]]) };
}

const books = (...kkiapay: LedgerEntry[]): Evidence => ({ ...sound(), ledger: { kkiapay, mock: [] } });
const open = { status: 'PROCESSING', refunds: [] } as const;

const PLANTS: readonly (readonly [keyof typeof INVARIANTS, string, () => Evidence])[] = [
  ['I1', 'a success that fails', () => last(() => ({ status: 'FAILED' }))],
  [
    'I2',
    'two completions',
    () =>
      last(({ events }) => ({ events: events.flatMap((one) => (one.status === 'SUCCEEDED' ? [one, one] : [one])) })),
  ],
  ['I3', 'money on a failed payment', () => last(() => ({ status: 'FAILED' }))],
  ['I3', 'money for an intent that is gone', () => ({ ...sound(), intents: [] })],
  ['I4', 'a success that nobody paid', () => books()],
  ['I4', 'a success of another amount', () => books({ ...PAID, amount: 4_999 }, BACK)],
  ['I4', 'a payment made twice', () => books(PAID, { ...PAID, providerId: 'transaction-2' }, BACK)],
  ['I5', 'another amount that nobody is told of', () => books({ ...PAID, amount: 5_001 }, BACK)],
  [
    'I6',
    'one transaction on two intents',
    () => ({ ...sound(), intents: [...lifeOf().slice(-1), ...lifeOf('another').slice(-1)] }),
  ],
  ['I7', 'a collect that is no attempt of ours', () => books({ ...PAID, operationId: 'attempt-2' }, BACK)],
  ['I7', 'a second collect', () => books(PAID, { ...PAID, providerId: 'transaction-2', state: 'pending' }, BACK)],
  [
    'I8',
    'two unresolved attempts',
    () =>
      last(({ attempts }) => ({ attempts: [...attempts, ...attempts].map((one) => ({ ...one, state: 'UNKNOWN' })) })),
  ],
  [
    'I10',
    'more reserved than captured',
    () => last(({ refunds }) => ({ refunds: refunds.map((one) => ({ ...one, amount: 5_001 })) })),
  ],
  ['I11', 'more sent back than captured', () => books(PAID, { ...BACK, amount: 5_001 })],
  ['I11', 'money sent back that we do not know of', () => last(() => ({ refunds: [] }))],
  ['I11', 'a refund that never happened', () => books(PAID)],
  ['I12', 'a hole in the sequence', () => last(({ events }) => ({ events: events.toSpliced(1, 1) }))],
  [
    'I12',
    'a past that was rewritten',
    () => last(({ events }) => ({ events: events.map((one) => ({ ...one, at: momentOf(9).at })) })),
  ],
  ['I12', 'a version that goes back', () => last(() => ({ version: 1 }))],
  ['I13', 'a status that its events do not tell', () => last(() => ({ status: 'PROCESSING' }))],
  [
    'I16',
    'one key on two intents',
    () => ({ ...sound(), intents: [...lifeOf().slice(-1), ...lifeOf('another').slice(-1)] }),
  ],
  ['I22', 'a lateness without an end before it', () => last(() => ({ late: true }))],
  ['I23', 'an open payment that is never due', () => last(() => open)],
  ['I23', 'one that is overdue', () => last(() => ({ ...open, due: { kind: 'poll-intent', at: new Date(0) } }))],
  [
    'I23',
    'one that is due in a week',
    () => last(() => ({ ...open, due: { kind: 'poll-intent', at: momentOf(604_800).at } })),
  ],
  ['I23', 'a callback that nobody will apply', () => ({ ...sound(), inbox: [{ ...ROW, state: 'RECEIVED' }] })],
  ['I30', 'a secret in a log', () => ({ ...sound(), logs: 'canary' })],
  [
    'I31',
    'an event without a cause',
    () => last(({ events }) => ({ events: events.map((one) => ({ ...one, cause: { kind: 'key', id: '' } })) })),
  ],
];

it('a sound payment breaks none', () => {
  expect(Object.values(INVARIANTS).flatMap((holds) => holds(sound()))).toEqual([]);
});

it.each(PLANTS)('%s finds %s', (name, _fault, plant) => {
  expect(INVARIANTS[name](plant())).not.toEqual([]);
});

it('each is shown to find something', () => {
  expect([...new Set(PLANTS.map(([name]) => name))].toSorted()).toEqual(Object.keys(INVARIANTS).toSorted());
});
