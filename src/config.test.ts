// Goal: every fault of the configuration is named at once, no value is shown, and production refuses what is unsafe (I34).

import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const GOOD = {
  NODE_ENV: 'production',
  MONGODB_URL: 'mongodb://db.example/passerelle',
  REDIS_URL: 'redis://cache.example',
  CLIENT_TOKEN_SECRET: 'a-secret-that-is-long-enough-for-this',
  PUBLIC_URL: 'https://pay.example',
  KKIAPAY_PUBLIC_KEY: 'pk',
  KKIAPAY_PRIVATE_KEY: 'tpk',
  KKIAPAY_SECRET_KEY: 'tsk',
  KKIAPAY_WEBHOOK_SECRET: 'whsec',
};

function faultsOf(change: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig({}, { ...GOOD, ...change });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

it('takes a good one, with the gateways whose settings are there', () => {
  const config = readConfig({}, GOOD);
  expect(config.production).toBe(true);
  expect(config.gateways.map(({ definition }) => definition.id)).toEqual(['kkiapay']);
});

it('names every fault at once, a line each', () => {
  const faults = faultsOf({ MONGODB_URL: undefined, REDIS_URL: 'http://cache', PORT: '99999', KKIAPAY_SECRET_KEY: '' });
  const names = faults.map((fault) => fault.split(':')[0]);
  expect(names).toEqual(expect.arrayContaining(['MONGODB_URL', 'REDIS_URL', 'PORT', 'KKIAPAY_SECRET_KEY']));
  expect(names).toHaveLength(4);
});

it('takes the address of a replica set of several members, as MongoDB writes it', () => {
  const urls = [
    'mongodb://a.example:27017,b.example:27017,c.example:27017/passerelle?replicaSet=rs0',
    'mongodb://user:p%40ss@a.example:27017,b.example/passerelle',
    'mongodb+srv://db.example/passerelle',
    'mongodb://[::1]:27017/passerelle',
  ];
  for (const MONGODB_URL of urls) expect(faultsOf({ MONGODB_URL })).toEqual([]);
  for (const MONGODB_URL of ['mongodb://', 'mongodb:/a/b', 'http://a.example/passerelle', 'mongodb://a b/passerelle']) {
    expect(faultsOf({ MONGODB_URL })).toEqual([expect.stringMatching(/^MONGODB_URL: /)]);
  }
});

it.each([
  ['NODE_ENV', 'prod', 'must be one of production, development, test'],
  ['LOG_LEVEL', 'loud', 'must be one of debug, info, warn, error, silent'],
  ['MONGODB_URL', 'http://user:hush@db.example', 'must be a mongodb:// or mongodb+srv:// URL'],
  ['REDIS_URL', 'hush', 'must be a redis:// or rediss:// URL'],
  ['REDIS_PREFIX', 'a b', 'must be 1..40 letters, digits, _ or -'],
  ['PORT', '-1', 'must be a whole number'],
  ['PORT', '65536', 'must be a whole number from 0 to 65535'],
  ['PORT', '4e3', 'must be a whole number'],
  ['METRICS_PORT', '0x10', 'must be a whole number'],
  ['REQUESTS_PER_MINUTE', '0', 'must be a whole number from 1 to 1000000000'],
  ['TRUSTED_PROXIES', '11', 'must be a whole number from 0 to 10'],
  ['SWEEP_MS', '1.5', 'must be a whole number'],
  ['CLIENT_TOKEN_SECRET', 'hush', 'must be at least 32 characters'],
  ['INTROSPECTION', 'everybody', 'must be one of all, admin'],
  ['GRAPHIQL', 'yes', 'must be true or false'],
])('says in our own words what %s=%s has to be', (name, value, rule) => {
  expect(faultsOf({ [name]: value, NODE_ENV: name === 'NODE_ENV' ? value : 'test' })).toEqual([`${name}: ${rule}`]);
});

it('shows no value', () => {
  const faults = faultsOf({ CLIENT_TOKEN_SECRET: 'short-secret', REDIS_URL: 'redis-password-here' });
  expect(faults).toHaveLength(2);
  expect(faults.join()).not.toMatch(/short-secret|redis-password-here/);
});

describe('production refuses', () => {
  it.each([
    [
      'the mock gateway',
      { MOCK_BASE_URL: 'https://mock.example', MOCK_API_KEY: 'x', MOCK_WEBHOOK_SECRET: 'y' },
      'MOCK',
    ],
    ['a simulator on this machine', { KKIAPAY_BASE_URL: 'http://127.0.0.1:4010/kkiapay' }, 'KKIAPAY_BASE_URL'],
    ['a simulator by another name', { KKIAPAY_BASE_URL: 'https://localhost:4010/kkiapay' }, 'KKIAPAY_BASE_URL'],
    ['a provider without TLS', { KKIAPAY_BASE_URL: 'http://api.kkiapay.me' }, 'KKIAPAY_BASE_URL'],
    ['the demo key', { DEMO_KEY: 'true' }, 'DEMO_KEY'],
    ['GraphiQL', { GRAPHIQL: 'true' }, 'GRAPHIQL'],
    ['any origin', { ALLOWED_ORIGINS: '*' }, 'ALLOWED_ORIGINS'],
    ['an address without TLS', { PUBLIC_URL: 'http://pay.example' }, 'PUBLIC_URL'],
  ])('%s', (_name, change, setting) => {
    expect(faultsOf(change).map((fault) => fault.split(/[:_*]/)[0])).toContain(setting.split(/[:_*]/)[0]);
    expect(faultsOf(change)[0]).toContain(setting);
    const elsewhere = readConfig.bind(null, {}, { ...GOOD, ...change, NODE_ENV: 'development' });
    expect(elsewhere).not.toThrow();
  });
});

it('a gateway that has some of its settings and not all is a fault, not a wish', () => {
  expect(faultsOf({ KKIAPAY_WEBHOOK_SECRET: undefined })).toEqual([expect.stringContaining('KKIAPAY_WEBHOOK_SECRET')]);
  expect(faultsOf({ GATEWAYS: 'kkiapay,nobody' })).toEqual(['GATEWAYS: there is no gateway called nobody']);
});
