// The page that a payer's link opens: what is to be paid, a card, a button to pay and one to leave. It needs no network but
// ours, and no script.

import { formatMoney } from '../../core/money.ts';
import type { Operation } from '../simulator-books.ts';
import { escapeHtml, reply, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { Desk } from '../simulator.ts';
import { linkIn, pay, REFUSED_BY_CHECKOUT, type Detail, type Link } from './simulator-checkout.ts';

export function payPage(
  { query }: SimulatorRequest,
  desk: Desk<Detail>,
  [encoded = '']: readonly string[],
  merchantId: string,
): SimulatorReply {
  const link = linkIn(encoded);
  if (link === null) return page(404, refusal(REFUSED_BY_CHECKOUT.field));
  if (link.merchantId !== merchantId) return page(404, refusal(REFUSED_BY_CHECKOUT.merchant));
  const reason = query.get('refused');
  if (reason !== null) return page(200, `${asked(link)}${refusal(reason)}${FORM}`);
  const payment = desk.books.find('collect', query.get('transaction') ?? '');
  if (payment === null) return page(200, asked(link) + FORM);
  return payment.state === 'pending'
    ? page(200, `${asked(link)}<p>Your card is being charged.</p>${CANCEL}`, '<meta http-equiv="refresh" content="1">')
    : page(200, asked(link) + ended(payment));
}

/** A button was pressed. What is shown next has an address, so that it can be looked at again. */
export async function answerPayer(
  request: SimulatorRequest,
  desk: Desk<Detail>,
  [encoded = '']: readonly string[],
  merchantId: string,
): Promise<SimulatorReply> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const link = linkIn(encoded);
  if (form.get('action') === 'cancel') {
    const begun = desk.books.find('collect', request.query.get('transaction') ?? '');
    if (begun !== null) {
      desk.act(begun, 'reject');
      await desk.settled(begun);
      return to(`?transaction=${begun.providerId}`);
    }
    // Nothing was begun, so Payme has nothing to tell us.
    const back = backTo(link?.returnUrl ?? null);
    return back === null ? page(200, '<p>You have left. Nothing was paid.</p>') : to(back);
  }
  const paid = await pay(link, form.get('card')?.replace(/\s/g, '') ?? null, desk, merchantId);
  return to(typeof paid === 'string' ? `?refused=${paid}` : `?transaction=${paid.providerId}`);
}

const FORM = `<form method="post">
<label>Card <input name="card" inputmode="numeric" autocomplete="off" value="8600 4954 7331 6478"></label>
<button name="action" value="pay">Pay</button> <button name="action" value="cancel">Cancel</button>
</form>`;
const CANCEL = '<form method="post"><button name="action" value="cancel">Cancel</button></form>';

function asked({ amount, account }: Link): string {
  const fields = Object.entries(account).map(([name, value]) => `${escapeHtml(name)} ${escapeHtml(value)}`);
  return `<p>You pay <strong>${formatMoney({ amount, currency: 'UZS' })}</strong> for ${fields.join(', ')}. No money moves.</p>`;
}

function ended({ state, reason, detail }: Operation<Detail>): string {
  const said = state === 'succeeded' ? '<p>Paid.</p>' : `<p>Not paid (${escapeHtml(reason ?? state)}).</p>`;
  const back = backTo(detail.returnUrl);
  return back === null ? said : `${said}<p><a href="${escapeHtml(back)}">Back to the shop</a></p>`;
}

function refusal(code: string): string {
  return `<p>Payme cannot take this payment (${escapeHtml(code.slice(0, 10))}).</p>`;
}

/** An address that a browser may be sent to; no script. */
function backTo(returnUrl: string | null): string | null {
  const isPage = returnUrl !== null && /^https?:\/\//i.test(returnUrl) && URL.canParse(returnUrl);
  return isPage ? new URL(returnUrl).href : null;
}

function to(location: string): SimulatorReply {
  return reply(303, 'text/plain', '', { location });
}

function page(status: number, content: string, head = ''): SimulatorReply {
  const style = 'body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; } label, button { margin: 0.5rem 0; }';
  const text = `<!doctype html><html lang="en"><meta charset="utf-8">${head}<title>Payme simulator</title><style>${style}</style><h1>Payme simulator</h1>${content}</html>`;
  return reply(status, 'text/html; charset=utf-8', text);
}
