// The names of the gateways, as the registry has them.

import * as registry from './registry.ts';

export type GatewayId = keyof typeof registry;
export const GATEWAY_IDS = Object.keys(registry) as GatewayId[];
