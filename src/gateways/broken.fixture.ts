// Gateways that are wrong in one way each, as real ones have been, and the rules that must say so.

import { randomUUID } from 'node:crypto';
import { failureOf } from '../core/failure.ts';
import type { CollectOutcome, PaymentReport } from '../core/report.ts';
import type { Gateway, GatewayDefinition, GatewayTools, LookupOutcome, LookupRequest } from './contract.ts';
import { kkiapay, mock, mpesa, stripe } from './registry.ts';

export interface Broken {
  readonly what: string;
  readonly definition: GatewayDefinition;
  /** All of them, in the order of the suite. */
  readonly breaks: readonly string[];
}

type Whole = Required<Gateway>;

function broken(
  what: string,
  base: GatewayDefinition,
  spoil: (gateway: Whole) => Partial<Gateway>,
  breaks: readonly string[],
  spoilTools: (tools: GatewayTools) => GatewayTools = (tools) => tools,
): Broken {
  const connect: GatewayDefinition['connect'] = (settings, tools) => {
    const gateway = base.connect(settings, spoilTools(tools));
    // A spoiled method is asked for only where the base has it.
    return { ...gateway, ...spoil(gateway as Whole) };
  };
  return { what, definition: { ...base, connect }, breaks };
}

const DECLINED = { kind: 'declined', failure: failureOf('PROVIDER_ERROR', null) } as const;

/** Takes an unknown outcome for a no, where its reason looks like this. */
function declines(reason: RegExp): (gateway: Whole) => Partial<Gateway> {
  return (gateway) => ({
    async collect(request): Promise<CollectOutcome> {
      const outcome = await gateway.collect(request);
      return outcome.kind === 'unknown' && reason.test(outcome.reason) ? DECLINED : outcome;
    },
  });
}

/** Says something else of what it found. */
function retells(
  retell: (report: PaymentReport, request: LookupRequest) => PaymentReport,
): (gateway: Whole) => Partial<Gateway> {
  return (gateway) => ({
    async lookup(request): Promise<LookupOutcome> {
      const answer = await gateway.lookup(request);
      return answer.kind === 'found' ? { kind: 'found', report: retell(answer.report, request) } : answer;
    },
  });
}

function closedReport(providerId: string, state: PaymentReport['state']): PaymentReport {
  const said = { reference: null, amount: null, environment: null, instrument: null, failure: null };
  return { ...said, providerId, state };
}

/** Says of whatever it was told that the payment is closed, and why it ended only where it knows. */
function closesAs(kinds: readonly LookupOutcome['kind'][]): (gateway: Whole) => Partial<Gateway> {
  return (gateway) => ({
    async withdraw(request): Promise<LookupOutcome> {
      const answer = await gateway.withdraw(request);
      if (!kinds.includes(answer.kind)) return answer;
      const report = answer.kind === 'found' ? answer.report : closedReport(request.providerId ?? '', 'expired');
      return { kind: 'found', report: { ...report, state: 'expired' } };
    },
  });
}

const SILENCE = 'silence is unknown, never declined';
const SERVER_ERROR = 'a server error is unknown, never declined';
const GARBAGE = 'a reply that cannot be read is unknown, never declined';
const LOST = 'a payment whose reply is lost is found again';
const FORGED = 'a forged callback is forged';
const VECTORS = "the sheet's test vectors hold";
const AMOUNT = 'another amount is never a success';
const CURRENCY = 'another currency is never a success';
const REFUND_LOST = 'a refund of unknown outcome is never sent again, and found by asking';
const REFUND_NOT = 'a refund that did not happen is unknown, and never found';
const UNPAID = 'a payer who does not pay ends it, with the reason';
const CLOSED = 'a payment that was given up is closed, and cannot be paid any more';
const PAID_BEFORE = 'a payment that was paid before it could be closed is found as paid';
const CLOSING_UNKNOWN = 'a closing that is not answered well is unknown, and may be repeated';
const REFUND_TOLD = 'a callback about a refund settles that refund alone';
const PAYOUT_LOST = 'a payout of unknown outcome is never sent again, and found by our reference';

export const BROKEN: readonly Broken[] = [
  broken('takes a timeout for a no', kkiapay, declines(/no answer in time/), [SILENCE]),
  broken('takes a server error for a no', mock, declines(/HTTP 502/), [SERVER_ERROR]),
  broken('takes garbage for a no', kkiapay, declines(/HTTP 200/), [GARBAGE]),
  broken('takes a cut connection for a no', mock, declines(/connection was lost/), [LOST]),

  broken(
    'pushes again when the first push is not answered',
    kkiapay,
    (gateway) => ({
      async collect(request) {
        const outcome = await gateway.collect(request);
        return outcome.kind === 'unknown' ? gateway.collect(request) : outcome;
      },
    }),
    [SILENCE, SERVER_ERROR, GARBAGE, LOST],
  ),
  broken(
    'lets its payments be sent again by the client',
    mock,
    () => ({}),
    [
      SILENCE,
      SERVER_ERROR,
      GARBAGE,
      LOST,
      'the same reference makes one payment',
      REFUND_LOST,
      REFUND_NOT,
      PAYOUT_LOST,
    ],
    (tools) => ({ ...tools, http: { send: (request) => tools.http.send({ ...request, effect: 'read' }) } }),
  ),
  broken(
    'denies a payment whose reply was lost',
    kkiapay,
    (gateway) => ({
      lookup: async (request) => (request.providerId === null ? { kind: 'absent' } : gateway.lookup(request)),
    }),
    [LOST],
  ),
  broken(
    'takes a question without an answer for "there is no such payment"',
    mock,
    (gateway) => ({
      async lookup(request) {
        const answer = await gateway.lookup(request);
        return answer.kind === 'unknown' ? { kind: 'absent' } : answer;
      },
    }),
    [
      'a question that is not answered well is unknown',
      'what cannot be reached is a no, and a question without an answer',
    ],
  ),

  broken(
    'reports the amount that was asked for',
    mock,
    retells((report, { amount }) => ({ ...report, amount })),
    [AMOUNT, CURRENCY],
  ),
  broken(
    'leaves out the amount that the provider names, as if no other could be paid',
    mock,
    retells((report) => ({ ...report, amount: null, amountFixed: true })),
    ['a payment that goes well ends SUCCEEDED', CURRENCY],
  ),
  broken(
    'reports the currency that was asked for',
    kkiapay,
    retells((report, { amount: { currency } }) => ({
      ...report,
      amount: report.amount === null ? null : { ...report.amount, currency },
    })),
    [CURRENCY],
  ),
  broken(
    'reports the intent that was asked for',
    mock,
    retells((report, { intentId }) => ({ ...report, reference: intentId })),
    ["another intent's payment is never taken for this one's"],
  ),

  broken('believes every callback', mock, ({ webhook }) => ({ webhook: { ...webhook, verify: () => 'authentic' } }), [
    FORGED,
    VECTORS,
  ]),
  broken(
    'takes a shared secret for a signature',
    kkiapay,
    ({ webhook }) => ({
      webhook: { ...webhook, verify: (call) => (webhook.verify(call) === 'hint' ? 'authentic' : 'forged') },
    }),
    [FORGED, VECTORS],
  ),
  broken(
    'looks at the beginning of a secret path alone',
    mpesa,
    ({ webhook }) => ({
      webhook: { ...webhook, verify: ({ path }) => (path.startsWith('stk/') ? 'hint' : 'misplaced') },
    }),
    [FORGED, VECTORS],
  ),
  broken(
    'believes what comes by a secret path',
    mpesa,
    ({ webhook }) => ({
      webhook: { ...webhook, verify: (call) => (webhook.verify(call) === 'hint' ? 'authentic' : 'misplaced') },
    }),
    [FORGED, VECTORS],
  ),
  broken(
    'takes "being processed" for a no',
    mpesa,
    (gateway) => ({
      async lookup(request) {
        const answer = await gateway.lookup(request);
        return answer.kind === 'unknown' && answer.reason.includes('500.001') ? { kind: 'absent' } : answer;
      },
    }),
    ['a payment that goes well ends SUCCEEDED'],
  ),
  broken(
    'gives every delivery a name of its own',
    mock,
    ({ webhook }) => ({
      webhook: {
        ...webhook,
        read(body, path) {
          const notice = webhook.read(body, path);
          return notice === null ? null : { ...notice, dedupeKey: randomUUID() };
        },
      },
    }),
    ['a callback is known and read', 'a callback in duplicate is one event'],
  ),

  broken(
    'refunds again when the first refund is not answered',
    kkiapay,
    (gateway) => ({
      async refund(request) {
        const outcome = await gateway.refund(request);
        return outcome.kind === 'unknown' ? gateway.refund(request) : outcome;
      },
    }),
    [REFUND_LOST, REFUND_NOT],
  ),
  broken(
    'pays out again when the first payout is not answered',
    mock,
    (gateway) => ({
      async disburse(request) {
        const outcome = await gateway.disburse(request);
        return outcome.kind === 'unknown' ? gateway.disburse({ ...request, reference: randomUUID() }) : outcome;
      },
    }),
    [PAYOUT_LOST],
  ),
  broken('gives up without closing', stripe, ({ lookup }) => ({ withdraw: lookup }), [UNPAID, CLOSED, CLOSING_UNKNOWN]),
  broken('calls closed what was paid before', stripe, closesAs(['found']), [PAID_BEFORE]),
  broken('takes a closing without an answer for a closing', stripe, closesAs(['unknown']), [CLOSING_UNKNOWN]),
  broken(
    'takes news of a refund for news of the payment',
    stripe,
    ({ webhook }) => ({
      webhook: {
        ...webhook,
        read(body, path) {
          const notice = webhook.read(body, path);
          if (notice?.refund === undefined) return notice;
          const { refund, ...rest } = notice;
          return { ...rest, report: closedReport(rest.providerId ?? '', refund.report.state) };
        },
      },
    }),
    [REFUND_TOLD],
  ),
  broken(
    'says the phone number when it fails',
    kkiapay,
    (gateway) => ({
      async collect(request) {
        const outcome = await gateway.collect(request);
        if (outcome.kind !== 'unknown') return outcome;
        return { kind: 'unknown', reason: `${outcome.reason} for ${request.customer.phone ?? ''}` };
      },
    }),
    ['no secret and no phone number is in what it says'],
  ),
];
