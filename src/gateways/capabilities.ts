// What a gateway can do, by name: nobody declares it, the methods that exist are the list.

import type { CapabilityName, Gateway, GatewayDefinition } from './contract.ts';

export function capabilitiesOf(gateway: Gateway, refunds: GatewayDefinition['refunds']): readonly CapabilityName[] {
  const has: readonly (readonly [CapabilityName, boolean])[] = [
    ['COLLECT', gateway.collect !== undefined || gateway.invite !== undefined || gateway.serve !== undefined],
    ['LOOKUP', gateway.lookup !== undefined],
    ['REFUND', gateway.refund !== undefined],
    ['PARTIAL_REFUND', gateway.refund !== undefined && refunds === 'partial'],
    ['DISBURSE', gateway.disburse !== undefined],
    ['STATEMENT', gateway.statement !== undefined],
  ];
  return has.filter(([, exists]) => exists).map(([name]) => name);
}
