// Refunds, and the lists by which one reconciles (sheet, "How a local simulator should behave", 5 and 8).

import type { Operation } from '../simulator-books.ts';
import { json, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { Desk } from '../simulator.ts';
import type { Notifier } from './simulator-events.ts';
import { fieldsOf, mapIn, missing, unknownIn, wholeIn, type Fields } from './simulator-form.ts';
import {
  backOf,
  balanceTransaction,
  cardUsed,
  chargeIdOf,
  chargeOf,
  invalid,
  isError,
  isPayment,
  isRefund,
  newId,
  refundOf,
  seconds,
  type Detail,
  type Payment,
  type Refund,
  type RefundDetail,
  type StripeError,
} from './simulator-objects.ts';
import { noSuch } from './simulator-payments.ts';

const CREATE = ['payment_intent', 'charge', 'amount', 'reason', 'metadata[*]', 'expand[]', 'instructions_email'];
const PAGE = ['limit', 'starting_after', 'ending_before', 'expand[]', 'created[*]'];
const LIMIT_MAX = 100;

type Answer = SimulatorReply | StripeError;

export function createRefunds(notifier: Notifier, showPayment: (payment: Payment) => object, settleMs: number) {
  return { create, retrieve, list, payments, charges, charge, balance };

  function create(request: SimulatorRequest, desk: Desk<Detail>): Answer {
    const fields = fieldsOf(request);
    const fault = unknownIn(fields, CREATE);
    if (fault !== null) return fault;
    const id = fields.get('payment_intent') ?? fields.get('charge')?.replace(/^ch_/, 'pi_');
    if (id === undefined) return missing('payment_intent');
    const payment = desk.books.find('collect', id);
    if (!isPayment(payment) || payment.providerId !== id) return noSuch(id);
    const key = request.headers['idempotency-key'] ?? null;
    const before = key === null ? null : desk.books.find('refund', key);
    if (isRefund(before) && before.operationId === key) return json(200, refundOf(before));
    const rest = payment.amount - backOf(payment, notifier.refunds());
    if (payment.state !== 'succeeded')
      return invalid(400, null, 'This PaymentIntent does not have a successful charge to refund.');
    if (rest <= 0)
      return invalid(400, 'charge_already_refunded', `Charge ${chargeIdOf(payment)} has already been refunded.`);
    const units = wholeIn(fields, 'amount');
    if (isError(units)) return units;
    const { scale } = payment.detail;
    const amount = units === null ? rest : units / scale;
    if (amount < 1 || !Number.isInteger(amount))
      return invalid(400, 'parameter_invalid_integer', 'Invalid amount.', 'amount');
    if (amount > rest)
      return invalid(400, null, 'Refund amount is greater than unrefunded amount on charge.', 'amount');
    const card = cardUsed(payment);
    const detail: RefundDetail = {
      of: 'refund',
      payment: payment.providerId,
      scale,
      metadata: mapIn(fields, 'metadata'),
      reason: fields.get('reason') ?? null,
      waited: card.refund === 'pending',
    };
    const opened = desk.open({
      kind: 'refund',
      providerId: newId('re'),
      reference: payment.reference,
      operationId: key,
      amount,
      currency: payment.currency,
      detail,
      ...(card.refund === 'pending' ? {} : { atOnce: true }),
    });
    // The payer's bank sends it back, long after it went.
    if (card.refund === 'fails') desk.end(opened, { state: 'failed', reason: 'expired_or_canceled_card' }, settleMs);
    return json(200, isRefund(opened) ? refundOf(opened) : {});
  }

  function retrieve(_request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const found = desk.books.find('refund', id);
    if (isRefund(found) && found.providerId === id) return json(200, refundOf(found));
    return invalid(404, 'resource_missing', `No such refund: '${id.slice(0, 80)}'`, 'id');
  }

  function list(request: SimulatorRequest): Answer {
    const fields = fieldsOf(request);
    const payment = fields.get('payment_intent') ?? fields.get('charge')?.replace(/^ch_/, 'pi_');
    const refunds = notifier.refunds().filter((one) => payment === undefined || one.detail.payment === payment);
    return page(fields, ['payment_intent', 'charge'], '/v1/refunds', refunds, refundOf);
  }

  function payments(request: SimulatorRequest, desk: Desk<Detail>): Answer {
    return page(fieldsOf(request), ['customer'], '/v1/payment_intents', paymentsIn(desk), showPayment);
  }

  function charges(request: SimulatorRequest, desk: Desk<Detail>): Answer {
    const fields = fieldsOf(request);
    const payment = fields.get('payment_intent');
    const paid = paymentsIn(desk).filter(
      (one) => one.state === 'succeeded' && (payment ?? one.providerId) === one.providerId,
    );
    return page(fields, ['payment_intent'], '/v1/charges', paid, showCharge);
  }

  function charge(_request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): Answer {
    const payment = desk.books.find('collect', id.replace(/^ch_/, 'pi_'));
    if (isPayment(payment) && chargeIdOf(payment) === id) return json(200, showCharge(payment));
    return invalid(404, 'resource_missing', `No such charge: '${id.slice(0, 80)}'`, 'id');
  }

  function balance(request: SimulatorRequest, desk: Desk<Detail>): Answer {
    const moved = desk.books.list().filter(({ state }) => state === 'succeeded');
    return page(
      fieldsOf(request),
      ['type', 'currency', 'source', 'payout'],
      '/v1/balance_transactions',
      moved,
      balanceTransaction,
    );
  }

  function showCharge(payment: Payment): object {
    return chargeOf(payment, { livemode: notifier.options().livemode, refunds: notifier.refunds() });
  }
}

function paymentsIn(desk: Desk<Detail>): readonly Payment[] {
  return desk.books.list().filter((one): one is Payment => isPayment(one));
}

/** Newest first, from a cursor that is the id of an entry. */
function page<Entry extends Operation<Detail>>(
  fields: Fields,
  filters: readonly string[],
  url: string,
  entries: readonly Entry[],
  show: (entry: Entry) => object,
): Answer {
  const fault = unknownIn(fields, [...PAGE, ...filters]);
  if (fault !== null) return fault;
  const limit = wholeIn(fields, 'limit') ?? 10;
  if (isError(limit)) return limit;
  if (limit < 1 || limit > LIMIT_MAX)
    return invalid(400, 'parameter_invalid_integer', 'limit must be 1 to 100.', 'limit');
  const since = Number(fields.get('created[gte]') ?? 0);
  const until = Number(fields.get('created[lt]') ?? Infinity);
  const inTime = entries.filter(({ createdAt }) => seconds(createdAt) >= since && seconds(createdAt) < until);
  const all = inTime.toReversed().map((entry) => show(entry) as { readonly id: string });
  const [after, before] = [fields.get('starting_after'), fields.get('ending_before')];
  const places = [after, before].map((id) => (id === undefined ? null : all.findIndex((one) => one.id === id)));
  if (places.includes(-1)) return invalid(400, 'resource_missing', 'No such cursor.', 'starting_after');
  const [start = null, end = null] = places;
  if (end !== null) {
    const from = Math.max(0, end - limit);
    return json(200, { object: 'list', url, has_more: from > 0, data: all.slice(from, end) });
  }
  const from = start === null ? 0 : start + 1;
  return json(200, { object: 'list', url, has_more: from + limit < all.length, data: all.slice(from, from + limit) });
}

export type { Refund };
