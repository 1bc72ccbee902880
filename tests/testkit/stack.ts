// The whole product in this process, on a database of its own: the real MongoDB and Redis, every provider's simulator over
// HTTP, the door on a free port. For kills and restarts see ./processes.ts.

import { buildHouse, type House } from '../../src/compose.ts';
import { definitions, readConfig, type Config } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { createDoor } from '../../src/server/http.ts';
import { doorSettings } from '../../src/serve.ts';
import { makeKey } from '../../src/services/auth.ts';
import { SCOPES, type Clock, type Scope } from '../../src/services/ports.ts';
import { startSimulators, type RunningSimulators } from '../../src/simulators.ts';
import { createTestClient, type Client } from './client.ts';
import { createControls, type Controls } from './controls.ts';
import { migrate } from './keys.ts';
import { ownPlaces } from './places.ts';
import { productionEnv } from './production.ts';

export interface StackOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly tuning?: Parameters<typeof startSimulators>[0]['tuning'];
  readonly clock?: Clock;
  /** false: jobs and sweeper do not run; the test drives the work. */
  readonly work?: boolean;
  /** Started as production is: see ./production.ts. */
  readonly production?: boolean;
  /** Where simulators send callbacks; left out, to the door. */
  readonly webhookUrl?: (gatewayId: string) => string;
}

export interface Stack {
  readonly graphqlUrl: string;
  readonly apiUrl: string;
  readonly house: House;
  readonly config: Config;
  readonly simulators: RunningSimulators;
  readonly controls: Controls;
  /** How many calls to providers have ended. */
  providerCalls(): number;
  /** The client of an app of its own with every scope. */
  readonly client: Client;
  readonly apiKey: string;
  newKey(appId: string, scopes?: readonly Scope[]): Promise<{ apiKey: string; id: string }>;
  clientOf(credential: string): Client;
  close(): Promise<void>;
}

export const TEST_ENV = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  CLIENT_TOKEN_SECRET: 'a-secret-of-the-tests-that-is-long-enough',
  PORT: '0',
  METRICS_PORT: '0',
  ALLOWED_ORIGINS: 'https://pay.example',
  ANONYMOUS_PER_MINUTE: '100000',
  REQUESTS_PER_MINUTE: '1000000',
  WEBHOOKS_PER_MINUTE: '1000000',
  SOCKETS_PER_KEY: '1000',
  SWEEP_MS: '200',
  TAIL_MS: '500',
} as const;

export async function startStack({
  env = {},
  tuning,
  clock,
  work = true,
  production = false,
  webhookUrl,
}: StackOptions = {}): Promise<Stack> {
  let port = 0;
  const simulators = await startSimulators({
    definitions,
    port: 0,
    booksDir: null,
    webhookUrl: webhookUrl ?? ((gatewayId) => `http://127.0.0.1:${port}/webhooks/${gatewayId}`),
    ...(tuning === undefined ? {} : { tuning }),
  });
  const places = ownPlaces();
  const clothes = production ? productionEnv(definitions, simulators.env) : {};
  const config = readConfig({}, { ...TEST_ENV, ...places, ...simulators.env, ...clothes, ...env });
  // Production makes no index by itself, and refuses to start without them.
  if (production) await migrate(config.MONGODB_URL);
  let calls = 0;
  const log = createLog(config.LOG_LEVEL);
  const house = await buildHouse(config, log, {
    publicUrl: () => config.PUBLIC_URL ?? `http://127.0.0.1:${port}`,
    onCall: () => (calls += 1),
    ...(clock === undefined ? {} : { clock }),
  });
  const door = createDoor({
    services: house.services,
    log,
    metrics: createMetrics(),
    settings: doorSettings(config),
    ready: house.ready,
  });
  port = await door.listen(0, '127.0.0.1');
  const stopWork = work ? house.startWork() : null;
  const apiUrl = `http://127.0.0.1:${port}`;
  const graphqlUrl = `${apiUrl}/graphql`;

  async function newKey(appId: string, scopes: readonly Scope[] = SCOPES): Promise<{ apiKey: string; id: string }> {
    const wish = { appId, scopes, live: false, demo: false, requestsPerMinute: null, socketsMax: null };
    const { credential, key } = makeKey(wish, house.clock.now());
    await house.keys.insert(key);
    return { apiKey: credential, id: key.id };
  }
  const { apiKey } = await newKey('kaba');

  return {
    graphqlUrl,
    apiUrl,
    house,
    config,
    simulators,
    controls: createControls(simulators.url),
    providerCalls: () => calls,
    client: createTestClient(graphqlUrl, apiKey),
    apiKey,
    newKey,
    clientOf: (credential) => createTestClient(graphqlUrl, credential),
    async close() {
      await door.close();
      await stopWork?.();
      await house.close();
      await simulators.close();
    },
  };
}
