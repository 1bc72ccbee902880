// The figures that the door counts, kept by prom-client and served on a port of their own, which the public never reaches.

import { createServer } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { listenError, portOf } from './server/http.ts';
import type { CallStats } from './outbound.ts';
import type { Metrics } from './server/metrics.ts';

export interface CountedMetrics extends Metrics {
  /** A call to a provider has ended, one way or another. */
  called(stats: CallStats): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** From what a cached answer takes up to the deadline of an operation. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): CountedMetrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const answers = new Histogram({
    name: 'passerelle_http_answer_seconds',
    help: 'How long callers waited for the beginning of an answer.',
    labelNames: ['route', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({
    name: 'passerelle_errors_total',
    help: 'Errors that were shown, by code.',
    labelNames: ['code'] as const,
    registers,
  });
  const sockets = new Gauge({ name: 'passerelle_sockets', help: 'Open WebSockets.', registers });
  const closes = new Counter({
    name: 'passerelle_socket_closes_total',
    help: 'Closed WebSockets, by close code.',
    labelNames: ['code'] as const,
    registers,
  });
  const streams = new Gauge({
    name: 'passerelle_streams',
    help: 'Subscriptions that are being watched.',
    labelNames: ['transport'] as const,
    registers,
  });
  // Counted here, and told when somebody asks: ten thousand events a second are more than a counter should look labels up for.
  const counts = { ws: 0, sse: 0, executed: 0 };
  new Counter({
    name: 'passerelle_stream_executions_total',
    help: 'Events executed. Far below the events sent where many watch one payment.',
    registers,
    collect() {
      this.reset();
      this.inc(counts.executed);
    },
  });
  new Counter({
    name: 'passerelle_stream_events_total',
    help: 'Events sent to watchers, each counted once for every watcher.',
    labelNames: ['transport'] as const,
    registers,
    collect() {
      this.reset();
      this.inc({ transport: 'ws' }, counts.ws);
      this.inc({ transport: 'sse' }, counts.sse);
    },
  });
  const webhooks = new Counter({
    name: 'passerelle_webhooks_total',
    help: 'Calls of the providers, by what became of them.',
    labelNames: ['gateway', 'received'] as const,
    registers,
  });
  const calls = new Histogram({
    name: 'passerelle_gateway_call_seconds',
    help: 'How long providers took. kind: answered, silent (sent and not answered) or unsent.',
    labelNames: ['gateway', 'effect', 'kind', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  // Looked up once: at the rate of the answers a lookup by labels is most of the cost.
  const answersOf = new Map<string, Histogram.Internal<'route' | 'status'>>();

  return {
    answered(route, status, seconds) {
      const name = `${route} ${status}`;
      const known = answersOf.get(name) ?? answers.labels(route, String(status));
      answersOf.set(name, known);
      known.observe(seconds);
    },
    refused: (code) => errors.inc({ code }),
    socketOpened: () => sockets.inc(),
    socketClosed(code) {
      sockets.dec();
      closes.inc({ code: closeCodeOf(code) });
    },
    streamOpened: (transport) => streams.inc({ transport }),
    streamClosed: (transport) => streams.dec({ transport }),
    eventSent(transport) {
      counts[transport] += 1;
    },
    eventExecuted() {
      counts.executed += 1;
    },
    webhookReceived: (gateway, received) => webhooks.inc({ gateway, received }),
    called({ gateway, effect, kind, status, durationMs }) {
      calls.observe({ gateway, effect, kind, status: String(status ?? 'none') }, durationMs / 1_000);
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

export interface MetricsDoor {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves GET /metrics. Rejects where the port is taken. */
export async function serveMetrics(
  metrics: Pick<CountedMetrics, 'text' | 'contentType'>,
  port: number,
  host: string,
): Promise<MetricsDoor> {
  const server = createServer((req, res) => {
    if (req.url !== '/metrics' || req.method !== 'GET') {
      res.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => res.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, 'METRICS_PORT')));
    server.listen(port, host, resolve);
  });
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A peer may close with any number; a label for each would never end. */
function closeCodeOf(code: number): string {
  const isKnown = (code >= 1000 && code <= 1015) || (code >= 4400 && code <= 4500);
  return isKnown ? String(code) : 'other';
}
