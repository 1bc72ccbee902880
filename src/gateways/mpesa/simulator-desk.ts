// The front desk of the simulated Daraja: tokens, throttle, and the checks that every call has to pass.

import { randomBytes, randomUUID } from 'node:crypto';
import { json, type SimulatorReply, type SimulatorRequest } from '../simulator-http.ts';
import type { Desk } from '../simulator.ts';

type Env = Readonly<Record<string, string>>;
type Clock = Pick<Desk<unknown>, 'now'>;

const TOKEN_SECONDS = 3_599;

export function refusal(status: number, errorCode: string, errorMessage: string): SimulatorReply {
  return json(status, { requestId: `${randomUUID().slice(0, 8)}-1`, errorCode, errorMessage });
}

export const invalid = (field: string): SimulatorReply => refusal(400, '400.002.02', `Bad Request - Invalid ${field}`);
export const TOKEN_REFUSED = refusal(404, '404.001.03', 'Invalid Access Token');

export interface FrontDesk {
  token(request: SimulatorRequest, clock: Clock): SimulatorReply;
  /** null: the call may pass. */
  stop(request: SimulatorRequest, clock: Clock, perSecond: number): SimulatorReply | null;
  /** null: the signature of the call is right. */
  doubt(body: Readonly<Record<string, unknown>>): SimulatorReply | null;
}

export function createFrontDesk(env: Env): FrontDesk {
  const basic = Buffer.from(`${env['MPESA_CONSUMER_KEY']}:${env['MPESA_CONSUMER_SECRET']}`).toString('base64');
  const tokens = new Map<string, number>();
  let second = { at: 0, calls: 0 };

  return {
    token({ headers, query }, clock) {
      if (headers['authorization'] !== `Basic ${basic}`) {
        return refusal(400, '400.008.01', 'Invalid Authentication passed');
      }
      if (query.get('grant_type') !== 'client_credentials') {
        return refusal(400, '400.008.02', 'Invalid grant type passed');
      }
      // 28 characters, and the lifetime as text (sheet, "Authentication").
      const access_token = randomBytes(21).toString('base64url');
      tokens.set(access_token, clock.now().getTime() + TOKEN_SECONDS * 1_000);
      return json(200, { access_token, expires_in: String(TOKEN_SECONDS) });
    },

    stop({ headers }, clock, perSecond) {
      const now = clock.now().getTime();
      const at = Math.floor(now / 1_000);
      second = { at, calls: second.at === at ? second.calls + 1 : 1 };
      if (second.calls > perSecond) return refusal(500, '500.003.02', 'Error Occurred: Spike Arrest Violation');
      const token = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
      if ((tokens.get(token) ?? 0) <= now) return TOKEN_REFUSED;
      // Sheet, "Authentication": a missing content type comes back as this.
      return headers['content-type']?.startsWith('application/json') === true ? null : invalid('BusinessShortCode');
    },

    doubt(body) {
      const timestamp = String(body['Timestamp']);
      if (String(body['BusinessShortCode']) !== env['MPESA_SHORTCODE']) return invalid('BusinessShortCode');
      if (!/^\d{14}$/.test(timestamp)) return invalid('Timestamp');
      const password = Buffer.from(`${env['MPESA_SHORTCODE']}${env['MPESA_PASSKEY']}${timestamp}`).toString('base64');
      return body['Password'] === password ? null : refusal(500, '500.001.1001', 'Wrong credentials');
    },
  };
}
