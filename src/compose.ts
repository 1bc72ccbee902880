// Builds the house: the one file that knows every room. Entries choose which parts of it run.

import { randomBytes } from 'node:crypto';
import { ConfigError, type Config } from './config.ts';
import { uuidv7 } from './core/ids.ts';
import { capabilitiesOf } from './gateways/capabilities.ts';
import { createDoorbell, JOBS, startSweeper, startWorkers } from './jobs/index.ts';
import { createHttpClient, type CallStats } from './outbound.ts';
import { phones } from './phones.ts';
import { createAsker } from './services/ask.ts';
import { createAuth } from './services/auth.ts';
import { createCatalogue } from './services/catalogue.ts';
import { createChanger, type ChangeWorld } from './services/change.ts';
import { createCreate } from './services/create.ts';
import { createEvents } from './services/events.ts';
import { createHistory } from './services/history.ts';
import type { Services } from './services/index.ts';
import { createIntents } from './services/intents.ts';
import type { CallBudget, Clock, ConnectedGateway, Ids, InboxStore, KeyStore, Log, Phones } from './services/ports.ts';
import { createRefunds } from './services/refunds.ts';
import { createServed } from './services/served.ts';
import { createVerification } from './services/verification.ts';
import { createWebhooks } from './services/webhooks.ts';
import { createWork } from './services/work.ts';
import { createCallBudget } from './store/budget.ts';
import { createBus, type RedisBus } from './store/bus.ts';
import { createDatabaseClock } from './store/clock.ts';
import { createInboxStore } from './store/inbox.ts';
import { createIntentStore } from './store/intents.ts';
import { createKeyStore } from './store/keys.ts';
import { createModels, ensureIndexes, missingIndexes, type Models } from './store/models.ts';
import { connectMongo } from './store/mongo.ts';

/** Streams end a reader that has not taken waiting news for this long. */
const STALL_MS = 15_000;
const PING_MS = 1_000;
const ID_BYTES = 10;
const POOL_BYTES = 4_000;

export interface House {
  readonly services: Services;
  readonly keys: KeyStore;
  readonly clock: Clock;
  /** Each part by name, `up` or what is wrong with it. Redis away is worse service, not none. */
  ready(): Promise<{ readonly ok: boolean; readonly parts: Readonly<Record<string, string>> }>;
  /** Job workers and the sweeper, in this process. Returns how to stop them. */
  startWork(): () => Promise<void>;
  close(): Promise<void>;
}

export interface HouseOptions {
  /** Where providers reach us; asked when needed, since a free port is known only once it listens. */
  readonly publicUrl: () => string;
  /** Hears of every call to a provider. */
  readonly onCall?: (stats: CallStats) => void;
  /** Tests bring a clock of their own. */
  readonly clock?: Clock;
}

export async function buildHouse(config: Config, log: Log, options: HouseOptions): Promise<House> {
  const connection = await connectMongo(config.MONGODB_URL).catch((error: unknown) => {
    // The driver's own text names hosts, and may name a user.
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new ConfigError([`MONGODB_URL: no MongoDB replica set answers there (${reason})`]);
  });
  const databaseClock = await createDatabaseClock(connection);
  const clock = options.clock ?? databaseClock;
  const models = createModels(connection);
  const keys = createKeyStore(models);
  const bus = createBus({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, log });
  const budget = createCallBudget(models);
  const { gateways, closeGateways } = connectGateways(config, { clock, budget }, options);
  if (config.production) await refuseUnsafe({ config, models, keys, bus, gateways, log });
  else await ensureIndexes(models);

  const doorbell = createDoorbell(JOBS, { redisUrl: config.REDIS_URL, prefix: config.REDIS_PREFIX, log });
  const ids = createIds(clock);
  const intents = createIntentStore(models);
  const inbox = createInboxStore(models);

  const ports = { intents, inbox, clock, ids, bus, schedule: doorbell, log, gateways, phones, keys, budget };
  const services = buildServices(ports, {
    tokenSecret: config.CLIENT_TOKEN_SECRET,
    production: config.production,
    tailMs: config.TAIL_MS,
  });

  return {
    services,
    keys,
    clock,
    async ready() {
      const ping = connection.db?.admin().command({ ping: 1 }, { timeoutMS: PING_MS });
      const mongodb = await Promise.resolve(ping).then(
        () => 'up',
        () => 'away',
      );
      return { ok: mongodb === 'up', parts: { mongodb, redis: await bus.state() } };
    },
    startWork() {
      const workers = startWorkers(JOBS, { redisUrl: config.REDIS_URL, prefix: config.REDIS_PREFIX, services, log });
      const sweeper = startSweeper({ work: services.work, everyMs: config.SWEEP_MS, log });
      return async () => {
        await sweeper.close();
        await workers.close();
      };
    },
    async close() {
      services.events.close();
      await doorbell.close();
      bus.close();
      databaseClock.close();
      closeGateways();
      await connection.close();
    },
  };
}

/** Every port of the services. Tests may bring others than the real ones. */
export interface Ports extends ChangeWorld {
  readonly inbox: InboxStore;
  readonly keys: KeyStore;
  readonly phones: Phones;
  readonly budget: CallBudget;
}

/** The use cases on their ports: one process of the product, whatever stands behind them. */
export function buildServices(
  ports: Ports,
  settings: { readonly tokenSecret: string; readonly production: boolean; readonly tailMs: number },
): Services {
  const auth = createAuth({ ...ports, tokenSecret: settings.tokenSecret });
  const world = { ...ports, auth, production: settings.production };
  const changer = createChanger(world);
  const asker = createAsker(world, changer);
  const webhooks = createWebhooks({ ...world, refreshRefunds: (id) => work.refreshRefunds(id) }, changer, asker);
  const work = createWork({ ...world, processWebhook: webhooks.process }, changer, asker);
  return {
    auth,
    webhooks,
    served: createServed(world, changer),
    work,
    intents: {
      create: createCreate(world, changer),
      list: createHistory(world),
      verifyKkiapay: createVerification(world, changer, asker),
      ...createIntents(world, changer, asker, work),
    },
    refunds: createRefunds(world, changer),
    catalogue: createCatalogue(ports.gateways),
    events: createEvents(world, { tailMs: settings.tailMs, stallMs: STALL_MS }),
  };
}

/** Chance is fetched for many ids at a time: one call for each costs more than the rest of an id. */
function createIds(clock: Clock): Ids {
  let pool = randomBytes(POOL_BYTES);
  let used = 0;
  return {
    next() {
      if (used + ID_BYTES > POOL_BYTES) {
        pool = randomBytes(POOL_BYTES);
        used = 0;
      }
      used += ID_BYTES;
      return uuidv7(clock.now(), pool.subarray(used - ID_BYTES, used));
    },
  };
}

function connectGateways(
  config: Config,
  { clock, budget }: { readonly clock: Clock; readonly budget: CallBudget },
  { publicUrl, onCall }: HouseOptions,
) {
  const clients: { close(): void }[] = [];
  const gateways = new Map<string, ConnectedGateway>(
    config.gateways.map(({ definition, settings }) => {
      const http = createHttpClient({
        gateway: definition.id,
        ...(onCall === undefined ? {} : { onSettled: onCall }),
        // The gateway itself knows its limit, which may be a setting; nobody calls before it is connected.
        budget: async (waitMaxMs) => {
          const { callsPerMinute } = gateway;
          return callsPerMinute === undefined ? 0 : budget.take(definition.id, callsPerMinute, waitMaxMs);
        },
      });
      clients.push(http);
      const webhookUrl = (): string => `${publicUrl()}/webhooks/${definition.webhookName ?? definition.id}`;
      const gateway = definition.connect(settings, { http, now: () => clock.now(), webhookUrl });
      const capabilities = capabilitiesOf(gateway, definition.refunds);
      return [definition.id, { id: definition.id, definition, capabilities, gateway }];
    }),
  );
  const closeGateways = (): void => {
    for (const client of clients) void client.close();
  };
  return { gateways, closeGateways };
}

/** What production refuses to start with and only the running parts can tell (I34). */
async function refuseUnsafe(world: {
  readonly config: Config;
  readonly models: Models;
  readonly keys: KeyStore;
  readonly bus: RedisBus;
  readonly gateways: ReadonlyMap<string, ConnectedGateway>;
  readonly log: Log;
}): Promise<void> {
  const { config, models, keys, bus, gateways, log } = world;
  const missing = await missingIndexes(models);
  const faults = missing.map((index) => `MongoDB: the unique index ${index} is missing; run the migrate step first`);
  const demo = (await keys.list(null)).filter((key) => key.demo && key.revokedAt === null);
  faults.push(...demo.map(({ id }) => `demo key: ${id} is live in this database; revoke it`));
  // Play money would settle real orders.
  const play = [...gateways.values()].filter(({ gateway }) => gateway.environment === 'sandbox');
  if (!config.ALLOW_SANDBOX) {
    faults.push(
      ...play.map(
        ({ id }) => `${id.toUpperCase()}_ENVIRONMENT: is sandbox; set live, or ALLOW_SANDBOX=true for a rehearsal`,
      ),
    );
  }
  const policy = await bus.evictionPolicy();
  if (policy === null) log.warn({}, 'redis cannot be asked for its maxmemory-policy');
  else if (policy !== 'noeviction') faults.push(`REDIS_URL: maxmemory-policy is ${policy}, and must be noeviction`);
  if (faults.length > 0) throw new ConfigError(faults);
}
