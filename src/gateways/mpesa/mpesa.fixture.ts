// M-Pesa's client over replies that a test writes down, as the fact sheet shows them.

import type { CollectRequest, Gateway } from '../contract.ts';
import { answered, inTurn } from '../http.fixture.ts';
import type { HttpReply, HttpRequest } from '../http.ts';
import { mpesa } from './index.ts';

export { answered } from '../http.fixture.ts';

export const INTENT = '550e8400-e29b-41d4-a716-446655440000';
export const CHECKOUT = 'ws_CO_17112025120000123456789';
/** The sandbox's published short code and passkey. */
export const ENV = {
  MPESA_CONSUMER_KEY: 'test_consumer_key',
  MPESA_CONSUMER_SECRET: 'test_consumer_secret',
  MPESA_PASSKEY: 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919',
  MPESA_SHORTCODE: '174379',
  MPESA_CALLBACK_SECRET: 'callback_secret_for_tests',
};
/** The first instant of the sheet's table of passwords. */
export const NOW = new Date('2024-03-15T11:30:22Z');

export const ACCEPTED = {
  MerchantRequestID: '29115-34620561-1',
  CheckoutRequestID: CHECKOUT,
  ResponseCode: '0',
  ResponseDescription: 'Success. Request accepted for processing',
  CustomerMessage: 'Success. Request accepted for processing',
};

export const ENDED = {
  ResponseCode: '0',
  ResponseDescription: 'The service request has been accepted successsfully',
  MerchantRequestID: '29115-34620561-1',
  CheckoutRequestID: CHECKOUT,
  ResultCode: '0',
  ResultDesc: 'The service request is processed successfully.',
};

export const SILENT: HttpReply = { kind: 'silent', reason: 'no answer in time' };
export const UNSENT: HttpReply = { kind: 'unsent', reason: 'not connected: ECONNREFUSED' };

export function refused(status: number, errorCode: string, errorMessage = ''): HttpReply {
  return answered(status, { requestId: '12345-67890-1', errorCode, errorMessage });
}

export interface World {
  /** To all but the question for a token, in turn. */
  readonly answers?: readonly HttpReply[];
  /** To the question for a token, in turn; then new ones: token-1, token-2, … */
  readonly tokens?: readonly HttpReply[];
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => Date;
}

export function connected({ answers = [], tokens = [], env = {}, now = () => NOW }: World = {}) {
  const tokensLeft = [...tokens];
  let fetched = 0;
  const { http, sent } = inTurn(answers, ({ url }) => {
    if (!url.includes('/oauth/')) return null;
    fetched += 1;
    return tokensLeft.shift() ?? answered(200, { access_token: `token-${fetched}`, expires_in: '3599' });
  });
  const gateway = mpesa.connect(mpesa.settings.parse({ ...ENV, ...env }), {
    http,
    now,
    webhookUrl: () => 'https://pay.example/webhooks/daraja',
  });
  return { gateway: gateway as Required<Gateway>, sent };
}

export const REQUEST: CollectRequest = {
  intentId: INTENT,
  reference: 'pay_01HZX3',
  amount: { amount: 5_000, currency: 'KES' },
  country: 'KE',
  mode: 'PUSH',
  customer: { id: null, email: null, phone: '+254712345678', name: null },
  returnUrl: null,
  description: 'invoice-42',
  metadata: [],
};

export const bodyOf = (request: HttpRequest | undefined): Record<string, unknown> =>
  JSON.parse(request?.body ?? 'null') as Record<string, unknown>;

/** Without the question for a token. */
export const callsOf = (sent: readonly HttpRequest[]): readonly HttpRequest[] =>
  sent.filter(({ url }) => !url.includes('/oauth/'));
