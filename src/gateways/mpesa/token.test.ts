// Goal: one token for an hour, renewed once when it is refused, and none means that nothing was asked for. Method: the client
// over replies as the fact sheet shows them, in every spelling that it lists.

import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../http.ts';
import {
  ACCEPTED,
  answered,
  callsOf,
  CHECKOUT,
  connected,
  ENDED,
  INTENT,
  NOW,
  refused,
  REQUEST,
  SILENT,
  UNSENT,
} from './mpesa.fixture.ts';

const ASKED = { intentId: INTENT, reference: REQUEST.reference, providerId: CHECKOUT, amount: REQUEST.amount };

describe('the token', () => {
  const spellings: readonly HttpReply[] = [
    refused(404, '404.001.03', 'Invalid Access Token'),
    refused(400, '400.003.01'),
    refused(401, '401.002.01'),
    refused(401, '401.003.01'),
    refused(401, '401.001'),
    answered(401, ''),
    answered(401, {
      fault: {
        faultstring: 'Invalid access token',
        detail: { errorcode: 'keymanagement.service.invalid_access_token' },
      },
    }),
  ];

  it('is renewed once where it is refused, in every spelling, and the push is sent again with it', async () => {
    for (const refusal of spellings) {
      const { gateway, sent } = connected({ answers: [refusal, answered(200, ACCEPTED)] });
      expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'accepted', providerId: CHECKOUT });
      expect(callsOf(sent).map(({ headers }) => headers['authorization'])).toEqual([
        'Bearer token-1',
        'Bearer token-2',
      ]);
      expect(callsOf(sent)[1]?.body).toBe(callsOf(sent)[0]?.body);
    }
  });

  it('refused twice is our misconfiguration, and ends there', async () => {
    for (const refusal of spellings) {
      const { gateway, sent } = connected({ answers: [refusal, refusal] });
      expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'declined', failure: { code: 'MISCONFIGURED' } });
      expect(sent).toHaveLength(4);
    }
    const asked = connected({ answers: [refused(404, '404.001.03'), refused(404, '404.001.03')] });
    expect(await asked.gateway.lookup(ASKED)).toMatchObject({ kind: 'unknown' });
  });

  it.each<[string, HttpReply, string, string]>([
    ['refused keys', refused(400, '400.008.01', 'Invalid Authentication passed'), 'MISCONFIGURED', '400.008.01'],
    ['a wrong grant', refused(400, '400.008.02'), 'MISCONFIGURED', '400.008.02'],
    ['refused keys without a word', answered(401, ''), 'MISCONFIGURED', 'token_http_401'],
    ['a server error', answered(500, '<html>'), 'PROVIDER_BUSY', 'token_http_500'],
    ['spike arrest', refused(500, '500.003.02'), 'PROVIDER_BUSY', '500.003.02'],
    ['a page', answered(200, '<html>'), 'PROVIDER_BUSY', 'token_http_200'],
    ['no lifetime', answered(200, { access_token: 'x' }), 'PROVIDER_BUSY', 'token_http_200'],
    ['silence', SILENT, 'PROVIDER_BUSY', 'token_unreachable'],
    ['nobody there', UNSENT, 'PROVIDER_BUSY', 'token_unreachable'],
  ])(
    'that cannot be had because of %s: nothing is pushed, and nothing is left open',
    async (_what, reply, code, providerCode) => {
      const { gateway, sent } = connected({ tokens: [reply, reply] });
      expect(await gateway.collect(REQUEST)).toMatchObject({ kind: 'declined', failure: { code, providerCode } });
      expect(await gateway.lookup(ASKED)).toEqual({ kind: 'unknown', reason: `token: ${providerCode}` });
      expect(callsOf(sent)).toEqual([]);
    },
  );

  it.each(['3599', 3_599])('that lives %j seconds is used for all but its last minute', async (expires_in) => {
    let at = NOW.getTime();
    const answers = Array.from({ length: 3 }, () => answered(200, ENDED));
    const tokens = [answered(200, { access_token: 'the-first', expires_in })];
    const { gateway, sent } = connected({ answers, tokens, now: () => new Date(at) });
    for (const second of [0, 3_539, 3_540]) {
      at = NOW.getTime() + second * 1_000;
      await gateway.lookup(ASKED);
    }
    const used = callsOf(sent).map(({ headers }) => headers['authorization']);
    expect(used).toEqual(['Bearer the-first', 'Bearer the-first', 'Bearer token-2']);
  });
});
