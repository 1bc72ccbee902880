// Who asks: API keys of product backends, and tokens that let a page watch one payment. A key is stored as its SHA-256; a
// token is not stored at all, it is signed, and it dies with the key that made its intent.

import { createHash, createHmac, hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import { isUuid } from '../core/ids.ts';
import type { Auth, Viewer } from './index.ts';
import type { ApiKey, Clock, KeyStore, Scope } from './ports.ts';

/** How long a key found in the database is believed. With the streams' own look every 2 s, a revocation holds in 5 s. */
const BELIEVED_MS = 2_000;
const CACHED_MAX = 10_000;
const TOKEN_LIFE_MS = 24 * 3_600_000;
/** A repeated createIntent answers with a token that is good for at least this long. */
const TOKEN_LEFT_MS = 3_600_000;

/** 132 bits. */
const SEAL_LENGTH = 22;

const KEY_FORM = /^pk_(?:live|test)_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const NO_HASH = createHash('sha256').update('').digest();

export interface NewKey {
  readonly appId: string;
  readonly scopes: readonly Scope[];
  readonly live: boolean;
  readonly demo: boolean;
  readonly requestsPerMinute: number | null;
  readonly socketsMax: number | null;
}

export interface AuthWithTokens extends Auth {
  /** Of the key alone, whatever becomes of the tokens that hang on it. Throws when the database cannot say. */
  isKeyLive(keyId: string): Promise<boolean>;
  /** The same as `isLive` where that is known; null: the database has to be asked. */
  isLiveNow(viewer: Viewer): boolean | null;
  /** The same for the same intent and key, so that equal calls get equal answers. */
  tokenFor(viewer: Viewer, intent: { readonly id: string; readonly createdAt: Date }): string;
  /** Proves that a text was handed out by us, for this purpose and to this app: 22 characters. */
  sealOf(purpose: string, appId: string, text: string): string;
  isSealed(purpose: string, appId: string, text: string, seal: string): boolean;
}

/** What the database said of an id. */
interface Believed {
  readonly key: ApiKey | null;
  /** Of no key: one that nothing has. */
  readonly hash: Buffer;
  readonly viewer: Viewer | null;
  readonly at: number;
}

function believedOf(key: ApiKey | null, at: number): Believed {
  const hash = key === null ? NO_HASH : Buffer.from(key.hash, 'hex');
  return { key, hash, viewer: key === null ? null : viewerWith(key), at };
}

export function createAuth(world: { keys: KeyStore; clock: Clock; tokenSecret: string }): AuthWithTokens {
  const { keys, clock, tokenSecret } = world;
  const cache = new Map<string, Believed>();

  function believed(id: string): Believed | null {
    const cached = cache.get(id);
    return cached !== undefined && performance.now() - cached.at < BELIEVED_MS ? cached : null;
  }

  /** One question for all who ask at the same time: an event for thousands of sockets must not become thousands of finds. */
  const asking = new Map<string, { readonly answer: Promise<Believed>; readonly at: number }>();

  function lookedUp(id: string): Promise<Believed> {
    const at = performance.now();
    const asked = asking.get(id);
    if (asked !== undefined && at - asked.at < BELIEVED_MS) return asked.answer;
    const answer = look(id, at).finally(() => {
      if (asking.get(id)?.answer === answer) asking.delete(id);
    });
    asking.set(id, { answer, at });
    return answer;
  }

  /** Believed from the moment of the question: the answer may be as old as that. */
  async function look(id: string, at: number): Promise<Believed> {
    const found = await keys.find(id);
    const key = found?.revokedAt === null ? found : null;
    // One object for as long as the key is the same: thousands of sockets hold theirs for as long as they are open.
    const before = cache.get(id);
    const entry = before !== undefined && isDeepStrictEqual(before.key, key) ? { ...before, at } : believedOf(key, at);
    if (cache.size >= CACHED_MAX) cache.clear();
    cache.set(id, entry);
    return entry;
  }

  async function liveKey(id: string): Promise<ApiKey | null> {
    return (believed(id) ?? (await lookedUp(id))).key;
  }

  const isKeyLive = async (keyId: string): Promise<boolean> => (await liveKey(keyId)) !== null;

  function isLiveNow(viewer: Viewer): boolean | null {
    if (viewer.kind === 'client' && viewer.expiresAt <= clock.now()) return false;
    const known = believed(viewer.keyId);
    return known === null ? null : known.key !== null;
  }

  const sign = (text: string): string => createHmac('sha256', tokenSecret).update(text).digest('base64url');

  // A token's body has no colon in it, so no seal is ever a token's signature.
  const sealOf = (purpose: string, appId: string, text: string): string =>
    sign(`${purpose}:${appId}:${text}`).slice(0, SEAL_LENGTH);

  async function viewerOfKey(credential: string): Promise<Viewer | null> {
    const [whole, id = '', secret = '', check = ''] = KEY_FORM.exec(credential) ?? [];
    if (whole === undefined) return null;
    const known = believed(id);
    // Of a key that is known, the hash says the same and more.
    if (known === null && checksum(`${id}${secret}`) !== check) return null;
    const { hash, viewer } = known ?? (await lookedUp(id));
    return timingSafeEqual(sha256(credential), hash) ? viewer : null;
  }

  async function viewerOfToken(credential: string): Promise<Viewer | null> {
    const [, body = '', mac = ''] = /^ct_([\w-]{1,200})\.([\w-]{43})$/.exec(credential) ?? [];
    if (!timingSafeEqual(sha256(mac), sha256(sign(body)))) return null;
    const [intentId = '', keyId = '', expires = ''] = Buffer.from(body, 'base64url').toString().split('.');
    const expiresAt = new Date(Number(expires));
    if (!isUuid(intentId) || expiresAt <= clock.now()) return null;
    const key = await liveKey(keyId);
    if (key === null) return null;
    const { appId, requestsPerMinute, socketsMax } = key;
    return { kind: 'client', keyId, appId, intentId, expiresAt, requestsPerMinute, socketsMax };
  }

  return {
    viewerOf: (credential) => (credential.startsWith('ct_') ? viewerOfToken(credential) : viewerOfKey(credential)),
    isLive: async (viewer) => isLiveNow(viewer) ?? isKeyLive(viewer.keyId),
    isKeyLive,
    isLiveNow,
    tokenFor(viewer, intent) {
      const needed = clock.now().getTime() + TOKEN_LEFT_MS - intent.createdAt.getTime();
      const expires = intent.createdAt.getTime() + TOKEN_LIFE_MS * Math.max(1, Math.ceil(needed / TOKEN_LIFE_MS));
      const body = Buffer.from(`${intent.id}.${viewer.keyId}.${expires}`).toString('base64url');
      return `ct_${body}.${sign(body)}`;
    },
    sealOf,
    isSealed: (purpose, appId, text, seal) => timingSafeEqual(sha256(seal), sha256(sealOf(purpose, appId, text))),
  };
}

function viewerWith({ id, appId, scopes, requestsPerMinute, socketsMax }: ApiKey): Viewer {
  return { kind: 'key', keyId: id, appId, scopes: new Set(scopes), requestsPerMinute, socketsMax };
}

/** A new key and what to store of it. The key itself is shown once and never kept. */
export function makeKey(wish: NewKey, at: Date): { readonly credential: string; readonly key: ApiKey } {
  const id = randomBase62(8);
  const secret = randomBase62(43);
  const credential = `pk_${wish.live ? 'live' : 'test'}_${id}_${secret}${checksum(`${id}${secret}`)}`;
  const { appId, scopes, demo, requestsPerMinute, socketsMax } = wish;
  const hash = createHash('sha256').update(credential).digest('hex');
  return {
    credential,
    key: { id, appId, hash, scopes, demo, requestsPerMinute, socketsMax, createdAt: at, revokedAt: null },
  };
}

const sha256 = (text: string): Buffer => digest('sha256', text, 'buffer');

function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    // 248 is the largest multiple of 62 in a byte: what is above would favour the first letters.
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += BASE62[byte % 62];
  }
  return text;
}

/** Lets a typing error, or a scanner's false find, be told without the database. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < 6; place += 1) {
    digits = `${BASE62[rest % 62]}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
