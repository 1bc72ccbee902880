// What can be set about the door. The defaults are for production: what is left out is the strict choice.

import type { Viewer } from '../services/index.ts';

export interface DoorSettings {
  /** No suggestions in errors, and HSTS. */
  readonly production: boolean;
  readonly maxBodyBytes: number;
  readonly webhookMaxBytes: number;
  /** Origins of pages that may call us. '*' answers any page, and is for development. */
  readonly allowedOrigins: readonly string[];
  /** Requests without a good credential, by IP address. */
  readonly anonymousPerMinute: number;
  /** Operations of a key that has no limit of its own, and of each client token. */
  readonly requestsPerMinute: number;
  /** By IP address. Generous: a provider's burst of callbacks comes from a few machines. */
  readonly webhooksPerMinute: number;
  /** Connections of all kinds; one more is not accepted. */
  readonly connectionsMax: number;
  /** Open sockets and SSE streams of a key that has no limit of its own. */
  readonly socketsPerKey: number;
  /** The same for one client token: a payer's page, its reloads and its second tab. */
  readonly socketsPerToken: number;
  /** Sockets of one IP address that have not said who they are. */
  readonly uninitialisedPerIp: number;
  readonly subscriptionsPerSocket: number;
  readonly messagesPerSecond: number;
  readonly messageMaxBytes: number;
  readonly socketLifeMs: number;
  /** What may wait unsent on one socket. A reader that is further behind is cut. */
  readonly socketBufferMaxBytes: number;
  /** How many proxies of ours stand in front, each of which adds one address to X-Forwarded-For. */
  readonly trustedProxies: number;
  /** `admin`: only for a key with the scope admin. */
  readonly introspection: 'all' | 'admin';
  readonly graphiql: boolean;
  /** How long requests that are under way may take when the door closes. */
  readonly drainMs: number;
  /** Over how long the sockets are told to go when the door closes, so that their clients do not all come back at once. */
  readonly farewellMs: number;
  /** false sends every request through yoga, which answers the same and takes longer. */
  readonly fastPath: boolean;
  /** How long one operation, or one event of a stream, may take to execute. */
  readonly operationMs: number;
  /** How long a socket may wait before it says who it is. */
  readonly initWaitMs: number;
  /** How often the keys of open sockets and streams are looked at again. */
  readonly recheckMs: number;
  readonly pingMs: number;
  /** How long a reader may leave what we sent untaken. */
  readonly stallMs: number;
  /** How often sockets are looked over: pings, stalls and age. */
  readonly sweepMs: number;
  /** How long a peer may take to answer our close. */
  readonly closeGraceMs: number;
  /** How long a body that is refused is still read, so that its sender gets to see why. */
  readonly lingerMs: number;
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
}

export const DEFAULTS: DoorSettings = {
  production: true,
  maxBodyBytes: 131_072,
  webhookMaxBytes: 262_144,
  allowedOrigins: [],
  anonymousPerMinute: 120,
  requestsPerMinute: 6_000,
  webhooksPerMinute: 6_000,
  connectionsMax: 50_000,
  socketsPerKey: 50,
  socketsPerToken: 10,
  uninitialisedPerIp: 20,
  subscriptionsPerSocket: 20,
  messagesPerSecond: 20,
  messageMaxBytes: 65_536,
  socketLifeMs: 24 * 3_600_000,
  socketBufferMaxBytes: 1_048_576,
  trustedProxies: 0,
  introspection: 'admin',
  graphiql: false,
  drainMs: 10_000,
  farewellMs: 1_000,
  fastPath: true,
  operationMs: 10_000,
  initWaitMs: 3_000,
  recheckMs: 2_000,
  pingMs: 20_000,
  stallMs: 10_000,
  sweepMs: 1_000,
  closeGraceMs: 2_000,
  lingerMs: 1_000,
  headersMs: 10_000,
  requestMs: 30_000,
  // Longer than the 60 s after which common balancers give up an idle connection: theirs must be the first to close.
  keepAliveMs: 65_000,
};

/** How many sockets and streams may be open at a time for this viewer's credential. */
export function placesOf({ kind, socketsMax }: Viewer, settings: DoorSettings): number {
  return socketsMax ?? (kind === 'key' ? settings.socketsPerKey : settings.socketsPerToken);
}
