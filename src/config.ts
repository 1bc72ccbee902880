// The configuration: read once, here and nowhere else, and every fault in it is reported at once. In production an unsafe
// setting is a fault like any other.

import { z } from 'zod';
import type { GatewayDefinition } from './gateways/contract.ts';
import * as registry from './gateways/registry.ts';
import { choice, flag, whole } from './gateways/settings.ts';

const port = (preset: number) => whole({ min: 0, max: 65_535, preset });
const count = (preset: number) => whole({ min: 1, max: 1_000_000_000, preset });
const ms = (preset: number) => whole({ min: 10, max: 86_400_000, preset });

/** Several hosts with a port each, which no URL of the web may have. The driver reads the rest. */
const MONGODB = /^mongodb(?:\+srv)?:\/\/[^\s/?]+(?:[/?]\S*)?$/;

const settings = z.object({
  NODE_ENV: choice(['production', 'development', 'test'], 'production'),
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info'),
  MONGODB_URL: z.string().regex(MONGODB, 'must be a mongodb:// or mongodb+srv:// URL'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }),
  /** Separates installations that share one Redis. */
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/, 'must be 1..40 letters, digits, _ or -')
    .default('passerelle'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port(4000),
  METRICS_PORT: port(9464),
  SIMULATOR_PORT: port(4010),
  /** Where the simulators keep their books and the demo key is remembered; development only. */
  DATA_DIR: z.string().optional(),
  /** Where providers and browsers reach this server. */
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  /** Signs the tokens that let a page watch one payment. */
  CLIENT_TOKEN_SECRET: z.string().min(32, 'must be at least 32 characters'),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    ),
  TRUSTED_PROXIES: whole({ min: 0, max: 10, preset: 0 }),
  INTROSPECTION: z.enum(['all', 'admin'], 'must be one of all, admin').optional(),
  GRAPHIQL: flag(false),
  DEMO_KEY: flag(false),
  /** Lets production run against a provider's sandbox, for a rehearsal. */
  ALLOW_SANDBOX: flag(false),
  REQUESTS_PER_MINUTE: count(6_000),
  ANONYMOUS_PER_MINUTE: count(100),
  WEBHOOKS_PER_MINUTE: count(6_000),
  SOCKETS_PER_KEY: count(50),
  /** Sockets of one address that have not yet said who they are. */
  NEW_SOCKETS_PER_IP: count(20),
  SWEEP_MS: ms(2_000),
  TAIL_MS: ms(2_000),
  DRAIN_MS: ms(8_000),
  GATEWAYS: z
    .string()
    .optional()
    .transform((text) => text?.split(',').map((id) => id.trim())),
});

export type Settings = z.infer<typeof settings>;

export interface GatewaySettings {
  readonly definition: GatewayDefinition;
  readonly settings: unknown;
}

export interface Config extends Settings {
  readonly production: boolean;
  readonly gateways: readonly GatewaySettings[];
}

/** Every fault, a line each: the setting's name and what is wrong with it. Never a value: it may be a secret. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `overlay` stands above the environment: what the development entry knows and the environment cannot. */
export function readConfig(overlay: Environment = {}, environment: Environment = process.env): Config {
  const given = present({ ...environment, ...overlay });
  const parsed = settings.safeParse(given);
  const faults = parsed.success ? [] : faultsOf(parsed.error, given);
  const gateways = readGateways(given, faults);
  const production = (given['NODE_ENV'] ?? 'production') === 'production';
  if (production) faults.push(...unsafe(given, gateways));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return { ...parsed.data, production, gateways };
}

const devSettings = settings.pick({ HOST: true, PORT: true, SIMULATOR_PORT: true }).extend({ DATA_DIR: z.string() });

/** What the development entry needs before there are simulators, and so before there is a whole configuration. */
export function readDevConfig(environment: Environment = process.env): z.infer<typeof devSettings> {
  const given = present(environment);
  const parsed = devSettings.safeParse(given);
  if (!parsed.success) throw new ConfigError(faultsOf(parsed.error, given));
  return parsed.data;
}

/** For the commands that need nothing but the database. */
export function readMongoUrl(environment: Environment = process.env): string {
  const given = present(environment);
  const parsed = settings.pick({ MONGODB_URL: true }).safeParse(given);
  if (!parsed.success) throw new ConfigError(faultsOf(parsed.error, given));
  return parsed.data.MONGODB_URL;
}

/** An empty variable, as a compose file makes of a missing one, is an absent one. */
function present(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value]],
    ),
  );
}

export const definitions: readonly GatewayDefinition[] = Object.values(registry);

/** A gateway is on when its settings are there. One that has some of them, and not all, is a mistake and not a wish. */
function readGateways(given: Environment, faults: string[]): GatewaySettings[] {
  const wanted = given['GATEWAYS']?.split(',').map((id) => id.trim());
  const unknown = (wanted ?? []).filter((id) => !definitions.some((definition) => definition.id === id));
  faults.push(...unknown.map((id) => `GATEWAYS: there is no gateway called ${id}`));
  return definitions.flatMap((definition) => {
    const prefix = `${definition.id.toUpperCase()}_`;
    const named = Object.keys(given).some((name) => name.startsWith(prefix));
    const on = wanted === undefined ? named : wanted.includes(definition.id);
    if (!on) return [];
    const parsed = definition.settings.safeParse(given);
    if (parsed.success) return [{ definition, settings: parsed.data }];
    faults.push(...faultsOf(parsed.error, given));
    return [];
  });
}

function unsafe(given: Environment, gateways: readonly GatewaySettings[]): string[] {
  const faults: string[] = [];
  if (
    gateways.some(({ definition }) => definition.id === 'mock') ||
    Object.keys(given).some((name) => name.startsWith('MOCK_'))
  ) {
    faults.push('MOCK_*: the mock gateway must be off in production; remove its settings');
  }
  if (given['GATEWAYS']?.split(',').some((id) => id.trim() === 'mock') === true) {
    faults.push('GATEWAYS: mock must be off in production');
  }
  for (const name of definitions.flatMap(({ baseUrlSettings }) => baseUrlSettings)) {
    const url = given[name];
    if (url !== undefined && isOurs(url))
      faults.push(`${name}: must be the provider's own https address in production, not a simulator`);
  }
  if (given['DEMO_KEY'] === 'true') faults.push('DEMO_KEY: must not be set in production');
  if (given['GRAPHIQL'] === 'true') faults.push('GRAPHIQL: must not be on in production');
  if (given['PUBLIC_URL']?.startsWith('https://') !== true)
    faults.push('PUBLIC_URL: must be an https address in production');
  if (given['ALLOWED_ORIGINS']?.includes('*') === true)
    faults.push('ALLOWED_ORIGINS: must name each origin in production, not *');
  return faults;
}

function isOurs(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  const local = /^(localhost|127\.|0\.0\.0\.0|\[::1?\]|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(
    parsed.hostname,
  );
  return local || parsed.protocol !== 'https:';
}

function faultsOf(error: z.ZodError, given: Environment): string[] {
  return error.issues.map(({ path, message }) => {
    const name = path.join('.') || 'settings';
    return `${name}: ${given[name] === undefined ? 'is missing' : message}`;
  });
}
