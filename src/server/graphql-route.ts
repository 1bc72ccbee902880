// GraphQL over HTTP: who asks, what is asked, and which of the two ways answers it.

import { JSON_TYPE, type Exchange, type Replies } from './exchange.ts';
import { addressOf } from './address.ts';
import { parseJson, readBody } from './body.ts';
import { credentialOf, refuseKeyInUrl, viewerOf, type Context, type Knowing } from './context.ts';
import { Fault } from './errors.ts';
import type { FastPath } from './fast-path.ts';
import type { Yoga } from './graphql.ts';
import type { Origins } from './origin.ts';
import type { DoorSettings } from './settings.ts';
import type { SseStreams } from './sse.ts';

export interface GraphqlWorld extends Knowing {
  readonly settings: DoorSettings;
  readonly yoga: Yoga;
  /** null: yoga answers everything. */
  readonly fastPath: FastPath | null;
  readonly replies: Replies;
  readonly origins: Origins;
  readonly streams: SseStreams;
}

const JSON_ONLY = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;
/** What yoga says of its answer. The rest is for the connection, which is ours. */
const KEPT_HEADERS = ['allow', 'retry-after', 'www-authenticate'];

/** Throws, or rejects with, what is wrong with the request. */
export function createGraphqlRoute(world: GraphqlWorld): (exchange: Exchange) => Promise<void> {
  const { settings, services, fastPath, replies, origins } = world;

  async function post(exchange: Exchange): Promise<void> {
    const { req, requestId } = exchange;
    if (!JSON_ONLY.test(req.headers['content-type'] ?? '')) {
      throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json, in UTF-8.');
    }
    const body = await readBody(req, settings.maxBodyBytes);
    const context: Context = { viewer: await viewer(exchange), services, requestId };
    const value = parseJson(body);
    const isUsual = fastPath !== null && req.headers['content-length'] !== undefined;
    const answer = isUsual ? await fastPath(value, req.headers.accept, context) : null;
    if (answer === null) await relay(exchange, context, body);
    else replies.send(exchange, answer.status, answer.contentType, answer.body, answer.headers);
  }

  function viewer({ req }: Exchange): Promise<Context['viewer']> {
    return viewerOf(credentialOf(req), () => addressOf(req, settings.trustedProxies), world);
  }

  /** To yoga, with no header that it does not need, so that it can tell nobody of a credential. */
  async function relay(exchange: Exchange, context: Context, body: Buffer | null): Promise<void> {
    const { req, res } = exchange;
    const { yoga, streams } = world;
    const headers: Record<string, string> = {};
    if (req.headers.accept !== undefined) headers['accept'] = req.headers.accept;
    if (body !== null) headers['content-type'] = 'application/json';
    const request = new yoga.fetchAPI.Request(`http://door${req.url ?? ''}`, {
      method: req.method ?? 'GET',
      headers,
      body: body === null ? null : body.toString('utf8'),
    });
    const watching = streams.watch.bind(null, exchange);
    const response = await yoga.fetch(request, { ...context, watching });
    const contentType = response.headers.get('content-type');
    const more = KEPT_HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [name, value];
    });
    if (contentType?.startsWith('text/event-stream') === true && response.body !== null) {
      replies.begin(exchange, response.status, contentType, [...more, 'x-accel-buffering', 'no']);
      await streams.write(res, response.body);
      return;
    }
    const text = await response.text();
    if (text === '') throw new Fault('NOT_ACCEPTABLE', 'No content type that Accept names can be answered.');
    replies.send(exchange, response.status, contentType ?? JSON_TYPE, text, more);
  }

  async function get(exchange: Exchange): Promise<void> {
    refuseBrokenJson(exchange.req.url ?? '');
    await relay(exchange, { viewer: await viewer(exchange), services, requestId: exchange.requestId }, null);
  }

  async function options(exchange: Exchange): Promise<void> {
    const headers = origins.preflight(exchange.req.headers);
    exchange.cors = [];
    replies.empty(exchange, 204, ['allow', 'GET, POST, OPTIONS', ...headers]);
  }

  return (exchange) => {
    const { req } = exchange;
    exchange.cors = origins.headersFor(req.headers);
    refuseKeyInUrl(req.url ?? '');
    if (req.method === 'POST') return post(exchange);
    if (req.method === 'GET') return get(exchange);
    if (req.method === 'OPTIONS') return options(exchange);
    throw new Fault('METHOD_NOT_ALLOWED', 'GraphQL is asked with GET or POST.', ['allow', 'GET, POST, OPTIONS']);
  };
}

/** Yoga takes these for JSON without a look. */
function refuseBrokenJson(url: string): void {
  const params = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  for (const name of ['variables', 'extensions']) {
    const text = params.get(name);
    const isAbsent = text === null || text === '';
    if (!isAbsent && !isJson(text)) throw new Fault('BAD_REQUEST', `"${name}" in the URL must be JSON.`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
