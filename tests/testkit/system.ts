// The product as it runs in production: API and worker are processes, to be killed and started again. Simulators, witness
// and pages stay in the test.

import { definitions } from '../../src/config.ts';
import { startSimulators, type RunningSimulators } from '../../src/simulators.ts';
import { createTestClient, type Client } from './client.ts';
import { createControls, type Controls } from './controls.ts';
import { checkInvariants } from './invariants.ts';
import { keyIn } from './keys.ts';
import { ownPlaces } from './places.ts';
import { plant, type Plan, type Planted } from './planted.ts';
import { freePort, runEntry, type Listening } from './processes.ts';
import { TEST_ENV } from './stack.ts';
import { PAYS } from './wishes.ts';
import { openWitness, type Witness } from './witness.ts';

type Env = Readonly<Record<string, string>>;

const NOTHING_PLANTED: Planted = { env: {}, letGo: () => undefined, setClock: () => undefined };

export interface SystemOptions {
  /** For every process; a test that puts a proxy in between says so here or at `start`. */
  readonly env?: Env;
  readonly tuning?: Parameters<typeof startSimulators>[0]['tuning'];
  /** Where simulators send callbacks; left out, to the API. */
  readonly webhookUrl?: (gatewayId: string) => string;
}

export interface System {
  readonly apiUrl: string;
  readonly port: number;
  readonly apiKey: string;
  readonly env: Env;
  readonly client: Client;
  readonly simulators: RunningSimulators;
  readonly controls: Controls;
  readonly witness: Witness;
  clientOf(credential: string, graphqlUrl?: string): Client;
  /**
   * Ready when its log says so. An API takes the same port every time, unless `env` says another. With a plan it crashes or
   * stalls at a step of money, or has another wall clock.
   */
  start(entry: 'api' | 'worker', env?: Env, plan?: Plan | null): Promise<Listening & Omit<Planted, 'env'>>;
  /** Every invariant, against all that happened since the start. */
  check(): Promise<void>;
  /** Kills what still runs. */
  close(): Promise<void>;
}

export async function startSystem({ env: given = {}, tuning, webhookUrl }: SystemOptions = {}): Promise<System> {
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const simulators = await startSimulators({
    definitions,
    port: 0,
    booksDir: null,
    webhookUrl: webhookUrl ?? ((gatewayId) => `${apiUrl}/webhooks/${gatewayId}`),
    ...(tuning === undefined ? {} : { tuning }),
  });
  const places = { ...ownPlaces(), ...given };
  const env = { ...TEST_ENV, LOG_LEVEL: 'info', ...simulators.env, ...places, PORT: `${port}`, PUBLIC_URL: apiUrl };
  const witness = await openWitness(places.MONGODB_URL);
  const apiKey = await keyIn(places.MONGODB_URL);
  const controls = createControls(simulators.url);
  const started: Listening[] = [];
  const clientOf = (credential: string, graphqlUrl = `${apiUrl}/graphql`): Client =>
    createTestClient(graphqlUrl, credential);

  return {
    apiUrl,
    port,
    apiKey,
    env,
    client: clientOf(apiKey),
    simulators,
    controls,
    witness,
    clientOf,
    async start(entry, change = {}, plan = null) {
      const { env: planted, ...reins } = plan === null ? NOTHING_PLANTED : plant(plan);
      const running = await runEntry(entry, { ...env, ...change, ...planted });
      started.push(running);
      return { ...running, ...reins };
    },
    async check() {
      const logs = started.map(({ output }) => output()).join('');
      const secrets = [
        apiKey,
        PAYS,
        PAYS.slice(1),
        ...Object.values(simulators.env).filter((value) => /secret|tpk_|tsk_/.test(value)),
      ];
      checkInvariants(await witness.evidence({ controls, logs, secrets }));
    },
    async close() {
      await Promise.all(started.filter(({ child }) => isAlive(child)).map(({ kill }) => kill('SIGKILL')));
      await simulators.close();
      await witness.close();
    },
  };
}

function isAlive({ exitCode, signalCode }: Listening['child']): boolean {
  return exitCode === null && signalCode === null;
}
