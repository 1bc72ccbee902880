// Calls of the providers that wait for our answer, below `/billing/`. The protocol decides every answer, errors included; the
// door only bounds what comes in.

import type { Services } from '../services/index.ts';
import { addressOf } from './address.ts';
import { readBody } from './body.ts';
import type { Exchange, Replies } from './exchange.ts';
import type { Limits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { DoorSettings } from './settings.ts';
import { singleHeaders } from './webhooks.ts';

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
    const remoteAddress = addressOf(req, settings.trustedProxies);
    await limits.webhook(remoteAddress);
    const { status, headers, body, verdict } = await services.served.answer({
      method: req.method ?? 'GET',
      headers: singleHeaders(req.headers),
      path,
      body: await readBody(req, settings.webhookMaxBytes),
      remoteAddress,
    });
    metrics.webhookReceived(services.served.gatewayAt(path) ?? 'unknown', verdict);
    const { 'content-type': type = 'application/json; charset=utf-8', ...more } = headers;
    replies.send(exchange, status, type, body, Object.entries(more).flat());
  };
}
