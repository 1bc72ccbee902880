// Looks again, every 2 s, at the keys and tokens behind whatever stays open, so that a revoked one is cut off even where
// nothing is sent. One question a key, however many sockets it has.

import type { Auth, Viewer } from '../services/index.ts';
import type { Log } from '../services/ports.ts';

export interface Presence {
  /** `onRevoked` is called once, when the viewer's credential has stopped being good. Returns how to leave. */
  join(viewer: Viewer, onRevoked: () => void): () => void;
  stop(): void;
}

interface Group {
  readonly viewer: Viewer;
  readonly members: Set<() => void>;
  isAsking: boolean;
}

export function createPresence(auth: Pick<Auth, 'isLive'>, recheckMs: number, log: Log): Presence {
  const groups = new Map<string, Group>();

  async function ask(group: Group): Promise<void> {
    group.isAsking = true;
    try {
      if (await auth.isLive(group.viewer)) return;
      for (const onRevoked of [...group.members]) onRevoked();
    } catch (error) {
      // Nobody can say. Events come from the same database, so until it can, there is nothing to hide.
      log.warn({ err: error }, 'a credential cannot be looked at again');
    } finally {
      group.isAsking = false;
    }
  }

  const timer = setInterval(() => {
    for (const group of groups.values()) if (!group.isAsking) void ask(group);
  }, recheckMs);
  timer.unref();

  return {
    join(viewer, onRevoked) {
      const name = credentialNameOf(viewer);
      const group = groups.get(name) ?? { viewer, members: new Set(), isAsking: false };
      groups.set(name, group);
      // A function of its own for each member: one that joins twice leaves twice.
      const member = (): void => onRevoked();
      group.members.add(member);
      return () => {
        group.members.delete(member);
        if (group.members.size === 0 && groups.get(name) === group) groups.delete(name);
      };
    },
    stop: () => clearInterval(timer),
  };
}

/** Two tokens for one intent may end at different times. */
function credentialNameOf(viewer: Viewer): string {
  if (viewer.kind === 'key') return `key ${viewer.keyId}`;
  return `client ${viewer.keyId} ${viewer.intentId} ${viewer.expiresAt.getTime()}`;
}
