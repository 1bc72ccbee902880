// A crowd in a process of its own: its sockets count against that process's file descriptors, and what it does while the
// clock runs is not in the runner's way.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Arrived, CrowdPlan } from './crowd.ts';
import { monotonicMs, root } from './machine.ts';

export type CrowdOrder = { readonly kind: 'open'; readonly plan: CrowdPlan } | { readonly kind: 'event' };

export type CrowdReport =
  | { readonly kind: 'opened' | 'armed' }
  | (Arrived & { readonly kind: 'arrived' })
  | { readonly kind: 'failed'; readonly reason: string };

export interface Arrival {
  /** From the trigger until the last socket had it. */
  readonly lastMs: number;
  /** What each socket was sent, in the order of the members. */
  readonly texts: readonly string[];
}

export interface Crowd {
  /**
   * Pulls the trigger, and waits until every socket has one more message. `prepare` runs before the clock does, and after
   * the sockets have begun to look: what it does may be noticed early.
   */
  event(trigger: () => void, prepare?: () => Promise<void>): Promise<Arrival>;
  close(): Promise<void>;
}

export async function openCrowd(plan: CrowdPlan): Promise<Crowd> {
  const child = fork(join(root, 'bench', 'crowd-process.ts'), { stdio: 'inherit' });
  const exited = once(child, 'exit');

  async function told<Kind extends CrowdReport['kind']>(kind: Kind): Promise<CrowdReport & { readonly kind: Kind }> {
    const ended = exited.then(([code]) => Promise.reject(new Error(`the crowd ended with ${code}`)));
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [CrowdReport];
    if (report.kind === 'failed') throw new Error(report.reason);
    if (report.kind !== kind) throw new Error(`the crowd said ${report.kind}, not ${kind}`);
    return report as CrowdReport & { readonly kind: Kind };
  }
  const order = (what: CrowdOrder): void => void child.send(what);

  order({ kind: 'open', plan });
  await told('opened');
  return {
    async event(trigger, prepare) {
      order({ kind: 'event' });
      await told('armed');
      // Listened for from here on, since it may come while this prepares.
      const arrived = told('arrived');
      await prepare?.();
      const startedAt = monotonicMs();
      trigger();
      const { endedAt, texts } = await arrived;
      return { lastMs: endedAt - startedAt, texts };
    },
    async close() {
      child.disconnect();
      await exited;
    },
  };
}
