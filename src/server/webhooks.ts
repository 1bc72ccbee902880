// Calls of the providers. The raw bytes go to the use case, which verifies and stores them; only then is it 200, because a
// provider that hears 200 forgets. No answer repeats what came.

import type { Log } from '../services/ports.ts';
import type { Receipt, Received, Services } from '../services/index.ts';
import { Fault } from './errors.ts';
import type { Exchange, Replies } from './exchange.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { readProviderCall } from './provider-call.ts';
import type { DoorSettings } from './settings.ts';

export type WebhookRoute = (exchange: Exchange) => Promise<void>;

/** Seed 003's addresses, `/billing/<gateway>`, are the same door. */
const PATH = /^\/(?:webhooks|billing)\/([a-z0-9-]{1,32})(?:\/(.*))?$/;
/** What providers send, and no type at all, which some do. */
const TYPES =
  /^(?:application\/(?:[\w.-]+\+)?json|text\/json|application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;

export function createWebhookRoute(world: {
  readonly services: Services;
  readonly settings: DoorSettings;
  readonly limits: Limits;
  readonly replies: Replies;
  readonly metrics: Metrics;
  readonly log: Log;
}): WebhookRoute {
  const { services, settings, limits, replies, metrics, log } = world;

  async function receive(exchange: Exchange, gateway: string, path: string): Promise<Receipt> {
    const { req, requestId } = exchange;
    const type = req.headers['content-type'];
    if (type !== undefined && !TYPES.test(type)) {
      throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'A webhook is JSON or a form.');
    }
    const call = await readProviderCall(req, settings, limits);
    try {
      return await services.webhooks.receive(gateway, { ...call, path });
    } catch (error) {
      log.error({ requestId, gateway, err: error }, 'a webhook could not be stored');
      throw new Fault('UNAVAILABLE', 'This could not be stored just now. Send it again.', ['retry-after', '5']);
    }
  }

  return async (exchange) => {
    const [, gateway = '', path = ''] = PATH.exec(exchange.path) ?? [];
    if (gateway === '') throw notHere();
    if (!services.webhooks.isKnown(gateway)) throw notHere();
    if (exchange.req.method !== 'POST') {
      throw new Fault('METHOD_NOT_ALLOWED', 'A webhook is a POST.', ['allow', 'POST']);
    }
    const receipt = await receive(exchange, gateway, path);
    metrics.webhookReceived(receipt.gateway ?? 'unknown', receipt.received);
    const refusal = REFUSALS[receipt.received];
    if (refusal !== undefined) throw refusal();
    // Kept for people even where it is not what is documented, so the provider need not send it again.
    replies.json(exchange, 200, receipt.acknowledgement ?? { received: true });
  };
}

const REFUSALS: Readonly<Partial<Record<Received, () => Fault>>> = {
  'unknown-gateway': notHere,
  misplaced: notHere,
  forged: () => new Fault('UNAUTHENTICATED', 'This call is not signed as it has to be.'),
  stranger: () => new Fault('FORBIDDEN', 'This call does not come from an address of the provider.'),
  unreadable: () => new Fault('BAD_REQUEST', 'The body is not a JSON object.'),
};

function notHere(): Fault {
  return new Fault('NOT_FOUND', 'There is nothing here.');
}
