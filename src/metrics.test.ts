// Goal: what the door counts can be read, on a port of its own, and no label grows without end.

import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics, serveMetrics, type MetricsDoor } from './metrics.ts';

let opened: MetricsDoor[] = [];
afterEach(async () => {
  await Promise.all(opened.map((door) => door.close()));
  opened = [];
});

describe('metrics', () => {
  it('are served as Prometheus reads them', async () => {
    const metrics = createMetrics();
    metrics.answered('graphql', 200, 0.004);
    metrics.refused('FORBIDDEN');
    metrics.socketOpened();
    for (const code of [1000, 4429, 3001, 3002]) metrics.socketClosed(code);
    metrics.streamOpened('sse');
    metrics.eventSent('ws');
    metrics.eventExecuted();
    metrics.webhookReceived('mock', 'stored');
    const door = await serveMetrics(metrics, 0, '127.0.0.1');
    opened.push(door);
    const res = await fetch(`http://127.0.0.1:${door.port}/metrics`);
    const text = await res.text();
    expect(res.headers.get('content-type')).toContain('text/plain');
    for (const line of [
      'passerelle_http_answer_seconds_bucket{le="0.005",route="graphql",status="200"} 1',
      'passerelle_errors_total{code="FORBIDDEN"} 1',
      'passerelle_sockets -3',
      'passerelle_socket_closes_total{code="4429"} 1',
      'passerelle_socket_closes_total{code="other"} 2',
      'passerelle_streams{transport="sse"} 1',
      'passerelle_stream_events_total{transport="ws"} 1',
      'passerelle_stream_executions_total 1',
      'passerelle_webhooks_total{gateway="mock",received="stored"} 1',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toContain('process_cpu_seconds_total');
    expect((await fetch(`http://127.0.0.1:${door.port}/`)).status).toBe(404);
  });

  it('say which setting to change when their port is taken', async () => {
    const door = await serveMetrics(createMetrics(), 0, '127.0.0.1');
    opened.push(door);
    await expect(serveMetrics(createMetrics(), door.port, '127.0.0.1')).rejects.toThrow(/is taken: set METRICS_PORT/);
  });
});
