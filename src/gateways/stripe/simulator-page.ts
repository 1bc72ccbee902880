// The page that stands in for Stripe.js, and the bank's page behind it: plain forms, which any browser shows without a
// network and without a script. No money moves, and no real card belongs here.

import { formatMoney } from '../../core/money.ts';
import { escapeHtml, reply, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { Desk, Route } from '../simulator.ts';
import { CARDS, cardOf } from './simulator-cards.ts';
import {
  isError,
  isPayment,
  secretOf,
  statusOf,
  type Detail,
  type Payment,
  type StripeError,
} from './simulator-objects.ts';
import { cardError, type createPayments } from './simulator-payments.ts';

const SECRET = 'payment_intent_client_secret';

export function pageRoutes(payments: ReturnType<typeof createPayments>): readonly Route<Detail>[] {
  return [
    { method: 'GET', path: /^\/pay$/, kind: null, run: open },
    { method: 'POST', path: /^\/pay$/, kind: null, run: pay },
    { method: 'GET', path: /^\/3ds$/, kind: null, run: askBank },
    { method: 'POST', path: /^\/3ds$/, kind: null, run: answerBank },
  ];

  function open({ query }: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
    const payment = payerOf(query, desk);
    if (payment === null) return unknownSecret(query);
    // Whoever looks at the page takes his time: nobody pays in his place.
    const held = payment.state === 'pending' && payment.ending !== null ? desk.act(payment, 'ignore') : payment;
    return cardForm(isPayment(held) ? held : payment, returnUrlIn(query), null);
  }

  function pay(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
    const given = formOf(request);
    const payment = payerOf(given, desk);
    const card = cardOf(given.get('payment_method') ?? '');
    if (payment === null) return unknownSecret(given);
    if (card === null) return cardForm(payment, returnUrlIn(given), 'Choose a card.');
    const paid = payments.pay(payment, card, returnUrlIn(given), desk);
    if (isError(paid))
      return cardForm(payments.paymentOf(payment.providerId, desk) ?? payment, returnUrlIn(given), said(paid));
    if (statusOf(paid) === 'requires_action') return goTo('3ds', { [SECRET]: secretOf(paid) });
    return leave(paid, 'succeeded');
  }

  function askBank({ query }: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
    const payment = payerOf(query, desk);
    if (payment === null) return unknownSecret(query);
    if (statusOf(payment) !== 'requires_action') return leave(payment, 'succeeded');
    const hidden = hiddenField(SECRET, secretOf(payment));
    const buttons =
      '<button name="answer" value="yes">It is me</button> <button name="answer" value="no">It is not me</button>';
    return shown(`<p>Your bank asks whether you pay <strong>${amountOf(payment)}</strong>.</p>
<form method="post" action="3ds">${hidden}${buttons}</form>`);
  }

  function answerBank(request: SimulatorRequest, desk: Desk<Detail>): SimulatorReply {
    const given = formOf(request);
    const payment = payerOf(given, desk);
    if (payment === null) return unknownSecret(given);
    if (statusOf(payment) !== 'requires_action') return leave(payment, 'succeeded');
    if (given.get('answer') === 'yes') {
      const after = desk.act(payment, 'approve');
      return leave(isPayment(after) ? after : payment, 'succeeded');
    }
    const lastError = cardError('payment_intent_authentication_failure', null);
    const after = desk.keepOpen(payment, { ...payment.detail, status: 'requires_payment_method', lastError });
    return leave(isPayment(after) ? after : payment, 'failed');
  }
}

/** Nobody opens a payment without its whole client secret. */
function payerOf(given: URLSearchParams, desk: Desk<Detail>): Payment | null {
  const secret = given.get('client_secret') ?? given.get(SECRET) ?? '';
  const payment = desk.books.find('collect', secret.split('_secret_')[0] ?? '');
  return isPayment(payment) && secretOf(payment) === secret ? payment : null;
}

function formOf({ body }: SimulatorRequest): URLSearchParams {
  return new URLSearchParams(body.toString('utf8'));
}

/** Only the web: the page must not be made to run a script. */
function returnUrlIn(given: URLSearchParams): string | null {
  const url = given.get('return_url') ?? '';
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : null;
}

/** Back to the shop, as Stripe.js goes back; without a shop, to the page. */
function leave(payment: Payment, redirectStatus: 'succeeded' | 'failed'): SimulatorReply {
  const { returnUrl } = payment.detail;
  if (returnUrl === null) return goTo('pay', { client_secret: secretOf(payment) });
  const url = new URL(returnUrl);
  url.searchParams.set('payment_intent', payment.providerId);
  url.searchParams.set(SECRET, secretOf(payment));
  url.searchParams.set('redirect_status', redirectStatus);
  return seeOther(url.href);
}

function goTo(page: string, query: Readonly<Record<string, string>>): SimulatorReply {
  return seeOther(`${page}?${new URLSearchParams(query).toString()}`);
}

function seeOther(location: string): SimulatorReply {
  return reply(303, 'text/plain', 'See other', { location });
}

function cardForm(payment: Payment, returnUrl: string | null, fault: string | null): SimulatorReply {
  const amount = amountOf(payment);
  const status = statusOf(payment);
  if (status === 'requires_action') return goTo('3ds', { [SECRET]: secretOf(payment) });
  if (status !== 'requires_payment_method') {
    return shown(`<p><strong>${amount}</strong>: this payment is <strong>${status}</strong>.</p>`);
  }
  const cards = CARDS.map(({ method, number, says }, index) => {
    const checked = index === 0 ? ' checked' : '';
    return `<label><input type="radio" name="payment_method" value="${method}"${checked}> <code>${number}</code> ${says}</label>`;
  });
  const hidden =
    hiddenField('client_secret', secretOf(payment)) + (returnUrl === null ? '' : hiddenField('return_url', returnUrl));
  const warning = fault === null ? '' : `<p role="alert">${escapeHtml(fault)}</p>`;
  return shown(`<p>You pay <strong>${amount}</strong>${forWhat(payment)}. No money moves.</p>${warning}
<form method="post" action="pay">${hidden}${cards.join('\n')}
<button>Pay ${amount}</button></form>`);
}

function forWhat({ detail }: Payment): string {
  return detail.description === null ? '' : ` for ${escapeHtml(detail.description)}`;
}

function amountOf({ amount, currency }: Payment): string {
  try {
    return formatMoney({ amount, currency });
  } catch {
    return `${amount} ${escapeHtml(currency)}`;
  }
}

function unknownSecret(given: URLSearchParams): SimulatorReply {
  const asked = (given.get('client_secret') ?? given.get(SECRET)) !== null;
  const fault = asked ? '<p role="alert">No payment has this client secret.</p>' : '';
  return shown(
    `${fault}<form method="get" action="pay">
<label>Client secret <input name="client_secret" size="60" placeholder="pi_…_secret_…"></label>
<button>Open</button></form>`,
    asked ? 404 : 200,
  );
}

function said({ error }: StripeError): string {
  const words = [error['message'], error['decline_code'] ?? error['code']].filter((word) => typeof word === 'string');
  return words.join(' ');
}

function hiddenField(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}

function shown(content: string, status = 200): SimulatorReply {
  return reply(status, 'text/html; charset=utf-8', page(content), { 'referrer-policy': 'no-referrer' });
}

const page = (content: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Stripe simulator</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }
  label { display: block; margin: 0.25rem 0; }
  button { font: inherit; margin: 1rem 0; padding: 0.5rem 1rem; }
  [role='alert'] { color: #a00; }
</style>
<h1>Stripe simulator</h1>
${content}
</html>
`;
