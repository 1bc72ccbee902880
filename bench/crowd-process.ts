// The process that `crowd-apart.ts` starts. It ends with whoever started it.

import type { CrowdOrder, CrowdReport } from './crowd-apart.ts';
import { openCrowd, type Crowd } from './crowd.ts';

let crowd: Crowd | null = null;

process.on('message', (order: CrowdOrder) => {
  follow(order).catch((error: unknown) => report({ kind: 'failed', reason: String(error) }));
});
process.on('disconnect', () => process.exit(0));

async function follow(order: CrowdOrder): Promise<void> {
  if (order.kind === 'open') {
    crowd = await openCrowd(order.plan);
    report({ kind: 'opened' });
    return;
  }
  if (crowd === null) throw new Error('there is no crowd yet');
  const arrived = await crowd.event(() => report({ kind: 'armed' }));
  report({ kind: 'arrived', ...arrived });
}

function report(what: CrowdReport): void {
  process.send?.(what);
}
