// Starts and stops one process of the product: what api.ts, worker.ts and dev.ts share.

import closeWithGrace from 'close-with-grace';
import { buildHouse, type House } from './compose.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLog } from './log.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { createDoor } from './server/http.ts';
import type { Log } from './services/ports.ts';

/** After this a process that will not stop is stopped (I35). */
const STOP_MS = 10_000;

export interface ServeOptions {
  readonly api: boolean;
  readonly work: boolean;
  readonly overlay?: Readonly<Record<string, string>>;
  /** Runs once everything listens. */
  readonly started?: (running: {
    readonly house: House;
    readonly config: Config;
    readonly port: number;
    readonly log: Log;
  }) => Promise<void>;
  /** Runs last when the process stops. */
  readonly stopped?: () => Promise<void>;
  /** Tells whoever started this process why it could not start. */
  readonly failed?: (message: string) => void;
}

export async function serve(options: ServeOptions): Promise<void> {
  try {
    await start(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${error instanceof ConfigError ? message : `Could not start: ${message}`}\n`);
    options.failed?.(message);
    process.exit(1);
  }
}

async function start({ api, work, overlay = {}, started, stopped }: ServeOptions): Promise<void> {
  const config = readConfig(overlay);
  const log = createLog(config.LOG_LEVEL);
  const metrics = createMetrics();
  let port = config.PORT;
  const house = await buildHouse(config, log, {
    publicUrl: () => config.PUBLIC_URL ?? `http://127.0.0.1:${port}`,
    onCall: metrics.called,
  });

  const door = api
    ? createDoor({ services: house.services, log, metrics, settings: doorSettings(config), ready: house.ready })
    : null;
  if (door !== null) port = await door.listen(config.PORT, config.HOST);
  const metricsDoor = await serveMetrics(metrics, config.METRICS_PORT, config.HOST);
  const stopWork = work ? house.startWork() : null;

  closeWithGrace({ delay: STOP_MS, logger: false }, async ({ signal, err }) => {
    if (err !== undefined) log.error({ err }, 'stopping after a fault');
    else log.info({ signal }, 'stopping');
    await Promise.all([door?.close(), stopWork?.()]);
    await metricsDoor.close();
    await house.close();
    await stopped?.();
    log.info({}, 'stopped');
  });
  // Said only once a signal would be heard: who waits for these lines may send one at once.
  if (door !== null) log.info({ url: `http://${config.HOST}:${port}`, metricsPort: metricsDoor.port }, 'listening');
  if (stopWork !== null) log.info({}, 'working');
  await started?.({ house, config, port, log });
}

export function doorSettings(config: Config) {
  return {
    production: config.production,
    allowedOrigins: config.ALLOWED_ORIGINS,
    trustedProxies: config.TRUSTED_PROXIES,
    introspection: config.INTROSPECTION ?? (config.production ? 'admin' : 'all'),
    graphiql: config.GRAPHIQL,
    requestsPerMinute: config.REQUESTS_PER_MINUTE,
    anonymousPerMinute: config.ANONYMOUS_PER_MINUTE,
    webhooksPerMinute: config.WEBHOOKS_PER_MINUTE,
    socketsPerKey: config.SOCKETS_PER_KEY,
    uninitialisedPerIp: config.NEW_SOCKETS_PER_IP,
    drainMs: config.DRAIN_MS,
  } as const;
}
