// The page that a payer is sent to when there is no phone to ask.

import type { Operation } from '../simulator-books.ts';
import { escapeHtml, reply, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import { PHONE_ACTIONS } from '../simulator-words.ts';
import type { Desk } from '../simulator.ts';
import type { Detail } from './simulator.ts';

export function payPage(_request: SimulatorRequest, desk: Desk<Detail>, [id = '']: readonly string[]): SimulatorReply {
  const payment = desk.books.find('collect', id);
  return payment === null ? page(404, '<p>There is no such payment.</p>') : page(200, contentOf(payment));
}

/** The payer's answer; then back to the shop, when it said where that is. */
export function answerPayer(
  request: SimulatorRequest,
  desk: Desk<Detail>,
  [id = '']: readonly string[],
): SimulatorReply {
  const payment = desk.books.find('collect', id);
  const said = new URLSearchParams(request.body.toString('utf8')).get('action');
  const action = PHONE_ACTIONS.find((one) => one === said);
  if (payment === null || action === undefined) return page(400, '<p>That is no answer to this payment.</p>');
  desk.act(payment, action);
  const { returnUrl } = payment.detail;
  const canReturn = returnUrl !== null && /^https?:\/\//i.test(returnUrl) && URL.canParse(returnUrl);
  if (canReturn) return reply(303, 'text/plain', '', { location: new URL(returnUrl).href });
  return page(200, contentOf(desk.books.find('collect', id) ?? payment));
}

function contentOf({ amount, currency, state }: Operation<Detail>): string {
  const asked = `<p>${amount} ${escapeHtml(currency)} in minor units. State: ${state}.</p>`;
  if (state !== 'pending') return asked;
  const buttons = PHONE_ACTIONS.map((action) => `<button name="action" value="${action}">${action}</button>`);
  return `${asked}<form method="post">${buttons.join(' ')}</form>`;
}

function page(status: number, content: string): SimulatorReply {
  const style = 'body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }';
  const head = `<meta charset="utf-8"><title>Mock payment</title><style>${style}</style>`;
  return reply(status, 'text/html', `<!doctype html><html lang="en">${head}<h1>Mock payment</h1>${content}</html>`);
}
