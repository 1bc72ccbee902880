// Calls of the providers that wait for our answer, below `/billing/`. The protocol decides every answer, errors included; the
// door only bounds what comes in.

import type { Services } from '../services/index.ts';
import type { Exchange, Replies } from './exchange.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { readProviderCall } from './provider-call.ts';
import type { DoorSettings } from './settings.ts';

export function createServedRoute(world: {
  readonly services: Services;
  readonly settings: DoorSettings;
  readonly limits: Limits;
  readonly replies: Replies;
  readonly metrics: Metrics;
}): (exchange: Exchange) => Promise<void> {
  const { services, settings, limits, replies, metrics } = world;

  return async (exchange) => {
    const { req } = exchange;
    const path = exchange.path.slice('/billing/'.length);
    const call = await readProviderCall(req, settings, limits);
    const { status, headers, body, verdict } = await services.served.answer({
      ...call,
      method: req.method ?? 'GET',
      path,
    });
    metrics.webhookReceived(services.served.gatewayAt(path) ?? 'unknown', verdict);
    const { 'content-type': type = 'application/json; charset=utf-8', ...more } = headers;
    replies.send(exchange, status, type, body, Object.entries(more).flat());
  };
}
