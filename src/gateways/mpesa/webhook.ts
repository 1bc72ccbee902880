// M-Pesa's callbacks: no signature, no time, no nonce, and delivered once. Whoever knows the path of a payment may say that it
// has an end; the status query says which. Addresses are a second defence (sheet, "Webhook / callback").

import { z } from 'zod';
import { fromMajor, type Money } from '../../core/money.ts';
import type { PaymentReport } from '../../core/report.ts';
import { reasonOf } from '../../core/settle.ts';
import type { WebhookNotice, WebhookReader } from '../contract.ts';
import { parseJson } from '../http.ts';
import { provenReferenceOf, referenceIn } from './callback-path.ts';
import { codeIn, resultOf } from './status.ts';

export interface WebhookSettings {
  /** The callback secret, and those that are accepted while it is being changed. */
  readonly secrets: readonly string[];
  /** Where calls may come from; null: from anywhere. */
  readonly addresses: readonly string[] | null;
}

const callback = z.looseObject({
  Body: z.looseObject({
    stkCallback: z.looseObject({
      CheckoutRequestID: z.string().regex(/^[\x21-\x7e]{1,128}$/),
      ResultCode: z.union([z.string(), z.number()]),
      CallbackMetadata: z
        .looseObject({ Item: z.array(z.looseObject({ Name: z.string(), Value: z.unknown().optional() })) })
        .nullish(),
    }),
  }),
});

export function createWebhook({ secrets, addresses }: WebhookSettings): WebhookReader {
  return {
    hasPaths: true,
    acknowledgement: { ResultCode: 0, ResultDesc: 'Accepted' },
    verify({ path, remoteAddress }) {
      const isOurs = referenceIn(path, secrets) !== null;
      // Strangers do not hear which paths there are.
      if (addresses !== null && !addresses.includes(remoteAddress)) return 'stranger';
      return isOurs ? 'hint' : 'misplaced';
    },
    read,
  };
}

function read(body: Buffer, path: string): WebhookNotice | null {
  const reference = provenReferenceOf(path);
  const parsed = callback.safeParse(parseJson(body.toString('utf8')));
  if (reference === null || !parsed.success) return null;
  const { CheckoutRequestID: providerId, ResultCode, CallbackMetadata } = parsed.data.Body.stkCallback;
  const code = codeIn(ResultCode);
  if (code === null) return null;
  // By name: Safaricom's own samples disagree on order and number, and Balance comes without a value.
  const items = new Map(CallbackMetadata?.Item.map(({ Name, Value }) => [Name, Value]));
  const named = items.get('Amount') ?? null;
  const amount = moneyOf(named);
  // M-Pesa's own answer names no amount: what a callback says of it and nobody can read is for people, and remembered.
  const isUnreadable = named !== null && amount === null;
  const receipt = receiptIn(items.get('MpesaReceiptNumber'));
  return {
    event: `stk.${code}`,
    // A fuller telling of the same end is news: the receipt is nowhere else. And so is one at the address of another payment.
    dedupeKey: [providerId, code, receipt ?? '', isUnreadable ? 'odd' : (amount?.amount ?? ''), reference].join(':'),
    providerId,
    reference,
    report: isUnreadable ? null : reportOf(code, { providerId, reference, amount, receipt }),
    ...(isUnreadable ? { review: reasonOf('AMOUNT_MISMATCH', providerId) } : {}),
  };
}

/** null: it only names the payment. A success without amount and receipt claims nothing. */
function reportOf(
  code: string,
  known: Pick<PaymentReport, 'providerId' | 'reference' | 'amount'> & { readonly receipt: string | null },
): PaymentReport | null {
  const result = resultOf(code);
  if (result === null) return null;
  if (result.state === 'succeeded' && (known.amount === null || known.receipt === null)) return null;
  return { ...known, ...result, environment: null, instrument: 'WALLET' };
}

/** Whole shillings, written 1 or 1.0; anything else is no amount. */
function moneyOf(value: unknown): Money | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const amount = fromMajor(value, 'KES');
  return amount === null || amount < 100 || amount % 100 !== 0 ? null : { amount, currency: 'KES' };
}

function receiptIn(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Z0-9]{6,20}$/.test(value) ? value : null;
}
