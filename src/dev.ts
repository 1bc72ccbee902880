// Development: API, worker and every provider's simulator in one process, with a demo key. Started by `npm start`, which
// brings MongoDB and Redis and listens on the IPC channel for the word that all is ready.

import { ConfigError, definitions, readDevConfig } from './config.ts';
import { demoKey, firstCall, tokenSecret } from './demo.ts';
import { serve } from './serve.ts';
import { startSimulators, type RunningSimulators } from './simulators.ts';

const failed = (message: string): void => void process.send?.({ type: 'failed', message });

try {
  const dev = readDevConfig();
  let apiUrl = '';
  const simulators: RunningSimulators = await startSimulators({
    definitions,
    port: dev.SIMULATOR_PORT,
    booksDir: `${dev.DATA_DIR}/simulators`,
    webhookUrl: (gatewayId) => `${apiUrl}/webhooks/${gatewayId}`,
  });
  await serve({
    api: true,
    work: true,
    failed,
    overlay: {
      NODE_ENV: 'development',
      CLIENT_TOKEN_SECRET: tokenSecret(dev.DATA_DIR),
      ALLOWED_ORIGINS: '*',
      GRAPHIQL: 'true',
      DEMO_KEY: 'true',
      ANONYMOUS_PER_MINUTE: '1000',
      NEW_SOCKETS_PER_IP: '10000',
      METRICS_PORT: '0',
      ...simulators.env,
    },
    async started({ house, port }) {
      apiUrl = `http://127.0.0.1:${port}`;
      const { apiKey, appId } = await demoKey(house, dev.DATA_DIR);
      const graphqlUrl = `${apiUrl}/graphql`;
      process.send?.({
        type: 'ready',
        graphqlUrl,
        wsUrl: graphqlUrl.replace('http', 'ws'),
        apiUrl,
        consoleUrl: graphqlUrl,
        simulatorUrl: simulators.url,
        apiKey,
        appId,
        env: simulators.env,
        firstCall: firstCall(graphqlUrl, apiKey),
      });
    },
    stopped: () => simulators.close(),
  });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof ConfigError ? message : `Could not start: ${message}`}\n`);
  failed(message);
  process.exit(1);
}
