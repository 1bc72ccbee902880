// What Payme's page does with a link: it reads it, refuses what it cannot take, and begins the payment when the payer says so.

import { randomBytes } from 'node:crypto';
import type { Ending, Operation } from '../simulator-books.ts';
import type { Desk } from '../simulator.ts';

export interface Detail {
  /** As the link had it. */
  readonly account: Readonly<Record<string, string>>;
  readonly returnUrl: string | null;
}

export interface Link {
  readonly merchantId: string;
  readonly account: Readonly<Record<string, string>>;
  readonly amount: number;
  readonly returnUrl: string | null;
}

/** Sheet 4.1. null: Payme's page would not open. */
export function linkIn(encoded: string): Link | null {
  // Browsers and proxies may have escaped the three signs of base64 that are none of a path.
  const base64 = encoded.replaceAll(/%2b/gi, '+').replaceAll(/%2f/gi, '/').replaceAll(/%3d/gi, '=');
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const pairs = new Map(
    text.split(';').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
  const amount = Number(pairs.get('a'));
  const merchantId = pairs.get('m');
  if (merchantId === undefined || !Number.isSafeInteger(amount) || amount < 1) return null;
  const account = [...pairs].flatMap(([name, value]) =>
    name.startsWith('ac.') ? [[name.slice(3), value] as const] : [],
  );
  return { merchantId, account: Object.fromEntries(account), amount, returnUrl: pairs.get('c') ?? null };
}

/** Sheet 4.3. */
export const REFUSED_BY_CHECKOUT = { merchant: '-31601', field: '-31610', card: '-31630' } as const;

const CARD_FAILED: Ending = { state: 'failed', reason: '3' };

/** Sheet 14: the cards that end otherwise. */
const CARDS: ReadonlyMap<string, 'refused' | Ending> = new Map<string, 'refused' | Ending>([
  ['3333336415804657', 'refused'],
  ['4444445987459073', 'refused'],
  ['8600143417770323', CARD_FAILED],
  ['8600134301849596', CARD_FAILED],
]);

/** The payer has pressed the button: Payme asks us, opens the transaction, and sees to the card. */
export async function pay(
  link: Link | null,
  card: string | null,
  desk: Desk<Detail>,
  merchantId: string,
): Promise<Operation<Detail> | string> {
  if (link === null) return REFUSED_BY_CHECKOUT.field;
  if (link.merchantId !== merchantId) return REFUSED_BY_CHECKOUT.merchant;
  const ending = CARDS.get(card ?? '');
  if (ending === 'refused') return REFUSED_BY_CHECKOUT.card;
  const opened = desk.open({
    kind: 'collect',
    providerId: randomBytes(12).toString('hex'),
    reference: Object.values(link.account)[0] ?? null,
    operationId: null,
    amount: link.amount,
    currency: 'UZS',
    detail: { account: link.account, returnUrl: link.returnUrl },
    ...(ending === undefined ? {} : { ending }),
  });
  await desk.settled(opened);
  return desk.books.find('collect', opened.providerId) ?? opened;
}
