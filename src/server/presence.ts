// Looks again, every 2 s, at the keys and tokens behind whatever stays open, so that a revoked one is cut off even where
// nothing is sent. One question a key, however many sockets it has.

import type { Auth, Viewer } from '../services/index.ts';
import type { Log } from '../services/ports.ts';

export interface Presence {
  join(viewer: Viewer, member: Member): void;
  leave(viewer: Viewer, member: Member): void;
  stop(): void;
}

export interface Member {
  /** The viewer's credential has stopped being good. May be called more than once, until the member leaves. */
  revoked(): void;
}

interface Group {
  readonly viewer: Viewer;
  readonly members: Set<Member>;
  isAsking: boolean;
}

export function createPresence(auth: Pick<Auth, 'isLive'>, recheckMs: number, log: Log): Presence {
  const groups = new Map<string, Group>();

  async function ask(group: Group): Promise<void> {
    group.isAsking = true;
    try {
      if (await auth.isLive(group.viewer)) return;
      for (const member of [...group.members]) member.revoked();
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
    join(viewer, member) {
      const name = credentialNameOf(viewer);
      const group = groups.get(name) ?? { viewer, members: new Set(), isAsking: false };
      groups.set(name, group);
      group.members.add(member);
    },
    leave(viewer, member) {
      const name = credentialNameOf(viewer);
      const group = groups.get(name);
      if (group === undefined) return;
      group.members.delete(member);
      if (group.members.size === 0) groups.delete(name);
    },
    stop: () => clearInterval(timer),
  };
}

/** Two tokens for one intent may end at different times. */
function credentialNameOf(viewer: Viewer): string {
  if (viewer.kind === 'key') return `key ${viewer.keyId}`;
  return `client ${viewer.keyId} ${viewer.intentId} ${viewer.expiresAt.getTime()}`;
}
