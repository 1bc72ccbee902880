// Goal: only a live key or token opens the door, and a revoked one closes it within 5 s (S1). Method: real crypto, keys in
// memory, a clock in hand.

import { describe, expect, it } from 'vitest';
import { createAuth, makeKey } from './auth.ts';
import type { ApiKey, KeyStore } from './ports.ts';

const INTENT = { id: '0198c2a5-7c1e-7000-8000-000000000001', createdAt: new Date('2026-03-08T12:00:00.000Z') };

function anAuth() {
  let now = INTENT.createdAt;
  const rows = new Map<string, ApiKey>();
  const keys: KeyStore = {
    insert: (key) => Promise.resolve(void rows.set(key.id, key)),
    find: (id) => Promise.resolve(rows.get(id) ?? null),
    list: () => Promise.resolve([...rows.values()]),
    revoke: (id, at) =>
      Promise.resolve(rows.has(id) && rows.set(id, { ...(rows.get(id) as ApiKey), revokedAt: at }) === rows),
  };
  const auth = createAuth({ keys, clock: { now: () => now }, tokenSecret: 'a-secret-that-is-long-enough-for-this' });
  const wish = {
    appId: 'kaba',
    scopes: ['read', 'create'] as const,
    live: false,
    demo: false,
    requestsPerMinute: null,
    socketsMax: null,
  };
  return {
    auth,
    keys,
    rows,
    later: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    async newKey() {
      const made = makeKey(wish, now);
      await keys.insert(made.key);
      return made;
    },
  };
}

describe('keys', () => {
  it('opens for the key that was made, with its app and scopes', async () => {
    const { auth, newKey } = anAuth();
    const { credential, key } = await newKey();
    expect(credential).toMatch(/^pk_test_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
    const viewer = await auth.viewerOf(credential);
    expect(viewer).toMatchObject({ kind: 'key', keyId: key.id, appId: 'kaba' });
  });

  it('are looked up once for all who ask at the same time, and are one viewer for all', async () => {
    const { auth, keys, newKey } = anAuth();
    const { credential } = await newKey();
    const { find } = keys;
    let finds = 0;
    keys.find = (id) => {
      finds += 1;
      return find(id);
    };
    const viewers = await Promise.all(Array.from({ length: 100 }, () => auth.viewerOf(credential)));
    expect([finds, new Set(viewers).size]).toEqual([1, 1]);
  });

  it('stores no key', async () => {
    const { rows, newKey } = anAuth();
    const { credential } = await newKey();
    expect(JSON.stringify([...rows.values()])).not.toContain(credential.slice(-49, -6));
  });

  it('stays shut for what is not that key, to the letter', async () => {
    const { auth, newKey } = anAuth();
    const { credential } = await newKey();
    const wrong = [
      '',
      'pk_',
      credential.slice(0, -1),
      `${credential}0`,
      credential.toUpperCase(),
      'ct_abc.def',
      'x'.repeat(100_000),
    ];
    for (let at = 0; at < credential.length; at += 1) {
      wrong.push(`${credential.slice(0, at)}${credential[at] === 'a' ? 'b' : 'a'}${credential.slice(at + 1)}`);
    }
    for (const text of wrong) expect(await auth.viewerOf(text), text).toBeNull();
  });

  it('stays shut for a revoked key that was never used', async () => {
    const { auth, keys, newKey } = anAuth();
    const { credential, key } = await newKey();
    await keys.revoke(key.id, new Date());
    expect(await auth.viewerOf(credential)).toBeNull();
  });
});

describe('tokens', () => {
  it('opens one intent, and is the same for the same call', async () => {
    const { auth, newKey } = anAuth();
    const viewer = await auth.viewerOf((await newKey()).credential);
    if (viewer === null) throw new Error('no viewer');
    const token = auth.tokenFor(viewer, INTENT);
    expect(auth.tokenFor(viewer, INTENT)).toBe(token);
    expect(await auth.viewerOf(token)).toMatchObject({ kind: 'client', appId: 'kaba', intentId: INTENT.id });
  });

  it('is refused once changed, expired, signed by another secret, or when its key is gone', async () => {
    const { auth, keys, later, newKey } = anAuth();
    const { credential, key } = await newKey();
    const viewer = await auth.viewerOf(credential);
    if (viewer === null) throw new Error('no viewer');
    const token = auth.tokenFor(viewer, INTENT);
    const other = createAuth({
      keys,
      clock: { now: () => INTENT.createdAt },
      tokenSecret: 'another-secret-that-is-long-enough!',
    });
    expect(await other.viewerOf(token)).toBeNull();
    for (let at = 3; at < token.length - 1; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(await auth.viewerOf(changed), changed).toBeNull();
    }
    const client = await auth.viewerOf(token);
    if (client === null) throw new Error('no client');
    later(24 * 3_600_000);
    expect(await auth.viewerOf(token)).toBeNull();
    expect(await auth.isLive(client)).toBe(false);
    expect(auth.tokenFor(viewer, INTENT)).not.toBe(token);
    await keys.revoke(key.id, new Date());
    const again = createAuth({
      keys,
      clock: { now: () => INTENT.createdAt },
      tokenSecret: 'a-secret-that-is-long-enough-for-this',
    });
    expect(await again.viewerOf(token)).toBeNull();
  });
});
