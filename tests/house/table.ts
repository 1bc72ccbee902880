// Who may import whom, and where each package lives. A new room, package or passage is a line here, and a decision.

export const ROOMS = ['core', 'gateways', 'services', 'store', 'jobs', 'schema', 'resolvers', 'server'] as const;
export type Room = (typeof ROOMS)[number];

export interface Passage {
  /** A room, or one file of it. */
  readonly to: string;
  readonly as: 'values' | 'types';
}

/** A room reaches itself, core, and these. gateways has rules of its own: one gateway never reaches another. */
export const PASSAGES: Readonly<Record<Room, readonly Passage[]>> = {
  core: [],
  gateways: [],
  services: [{ to: 'gateways/contract.ts', as: 'types' }],
  store: [{ to: 'services/ports.ts', as: 'types' }],
  jobs: [{ to: 'services', as: 'types' }],
  schema: [
    { to: 'gateways/ids.ts', as: 'values' },
    { to: 'services', as: 'types' },
  ],
  resolvers: [{ to: 'schema', as: 'values' }],
  server: [
    { to: 'resolvers', as: 'values' },
    { to: 'schema', as: 'types' },
    { to: 'services', as: 'types' },
  ],
};

/** Rooms that compute and do nothing else, so that they need nothing of Node's. */
export const WITHOUT_NODE: readonly Room[] = ['core', 'schema', 'resolvers'];

/** Files that a gateway's test may use besides: the real HTTP client, and the place where simulators stand. */
export const FOR_GATEWAY_TESTS: readonly string[] = ['src/outbound.ts', 'src/simulators.ts'];

/** `top` is src itself: compose.ts, config.ts, the entries and their helpers. */
type Place = Room | 'top' | 'tests' | `gateways/${string}`;

/** A name that ends in /* stands for every package of that scope. */
export const HOMES: Readonly<Record<string, readonly Place[]>> = {
  mongoose: ['store'],
  mongodb: ['store'],
  ioredis: ['store'],
  bullmq: ['jobs'],
  '@pothos/*': ['schema'],
  'graphql-yoga': ['server'],
  '@graphql-yoga/*': ['server'],
  'graphql-ws': ['server'],
  ws: ['server'],
  '@escape.tech/*': ['server'],
  'rate-limiter-flexible': ['server'],
  zod: ['gateways', 'jobs', 'top'],
  graphql: ['schema', 'resolvers', 'server'],
  pino: ['top'],
  'prom-client': ['top'],
  undici: ['top'],
  cockatiel: ['top'],
  'libphonenumber-js': ['top'],
  'close-with-grace': ['top'],
  '@kkiapay-org/nodejs-sdk': ['gateways/kkiapay'],
  stripe: ['gateways/stripe'],
  vitest: ['tests'],
  'fast-check': ['tests'],
  'graphql-http': ['tests'],
};

export function homesOf(name: string): readonly Place[] | null {
  return HOMES[name] ?? HOMES[`${name.split('/')[0] ?? ''}/*`] ?? null;
}

/** The room of a file of src, `top` for src itself, null for a folder that is no room. */
export function placeOf(path: string): Room | 'top' | null {
  const [, first = '', ...rest] = path.split('/');
  if (rest.length === 0) return 'top';
  return ROOMS.find((room) => room === first) ?? null;
}

/** The provider's folder of a file below src/gateways; null for the shared files directly in it. */
export function gatewayOf(path: string): string | null {
  const [, room, folder, ...rest] = path.split('/');
  return room === 'gateways' && rest.length > 0 ? (folder ?? null) : null;
}
