// What a stack in production's clothes is started with: production refuses simulators and play money, so of all gateways
// KkiaPay alone is on, at its own address. A test that uses it sends nothing that would be paid.

import type { GatewayDefinition } from '../../src/gateways/contract.ts';

type Env = Readonly<Record<string, string>>;

/** An empty setting is an absent one. */
const absent = (names: readonly string[]): Env => Object.fromEntries(names.map((name) => [name, '']));

export function productionEnv(definitions: readonly GatewayDefinition[], simulated: Env): Env {
  return {
    ...absent(definitions.flatMap(({ baseUrlSettings }) => baseUrlSettings)),
    ...absent(Object.keys(simulated).filter((name) => name.startsWith('MOCK_'))),
    NODE_ENV: 'production',
    GATEWAYS: 'kkiapay',
    ALLOW_SANDBOX: 'true',
    PUBLIC_URL: 'https://api.pay.example',
  };
}
