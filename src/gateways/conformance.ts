// What every gateway must do, as rules with names. A gateway is under all of them the moment its line is in the registry:
// what it cannot do, it is not asked. `conformance.test.ts` runs them against each gateway's own simulator, over HTTP.

import { CALLBACK_RULES } from './conformance-callbacks.ts';
import { CLOSING_RULES } from './conformance-closing.ts';
import { OUTCOME_RULES } from './conformance-outcomes.ts';
import { PAYMENT_RULES } from './conformance-payments.ts';
import { SERVED_RULES } from './conformance-served.ts';
import { TRANSFER_RULES } from './conformance-transfers.ts';
import type { Rule, World } from './conformance-world.ts';

export const RULES: readonly Rule[] = [
  ...PAYMENT_RULES,
  ...OUTCOME_RULES,
  ...CALLBACK_RULES,
  ...TRANSFER_RULES,
  ...SERVED_RULES,
  ...CLOSING_RULES,
];

/** The names of the rules that a gateway breaks. Each rule gets a world of its own. */
export async function brokenRules(
  openWorld: () => Promise<World & { close(): Promise<void> }>,
  rules: readonly Rule[] = RULES,
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const rule of rules) {
    const world = await openWorld();
    try {
      if (rule.applies(world.gateway, world.definition)) await rule.run(world);
    } catch {
      broken.push(rule.name);
    } finally {
      await world.close();
    }
  }
  return broken;
}
