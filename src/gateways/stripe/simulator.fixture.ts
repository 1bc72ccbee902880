// Stripe's official client before the simulator, as its documents say how to point it there.

import { openWorld, type OpenWorld } from '../conformance-world.fixture.ts';
import { stripe as definition } from './index.ts';
import { officialClient } from './official.fixture.ts';

const worlds: OpenWorld[] = [];

export async function closeWorlds(): Promise<void> {
  for (const world of worlds.splice(0)) await world.close();
}

export async function open(key?: string) {
  const world = await openWorld(definition);
  worlds.push(world);
  const client = officialClient(world.simulatorUrl, key ?? world.env['STRIPE_SECRET_KEY'] ?? '');
  return { world, client };
}

export const WISH = { amount: 150_000, currency: 'kes', automatic_payment_methods: { enabled: true } } as const;

export async function typesOf(world: OpenWorld, count: number): Promise<readonly string[]> {
  await world.called(count);
  return world.callbacks.map(({ body }) => (JSON.parse(body.toString('utf8')) as { type: string }).type);
}

export const setOptions = (world: OpenWorld, change: object) => world.post('/_options', change);
