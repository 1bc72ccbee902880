// What can be paid with what: the gateways, and the routing table asked without paying.

import { fitOf, route, routeRow, type RouteOption } from '../core/routing.ts';
import type { Catalogue, GatewayInfo } from './index.ts';
import type { ConnectedGateway } from './ports.ts';

export function routeOptions(gateways: ReadonlyMap<string, ConnectedGateway>): readonly RouteOption[] {
  return [...gateways.values()].map(({ id, definition, gateway }) => ({
    gateway: id,
    routed: definition.routed,
    currencies: definition.currencies,
    modes: definition.modes.filter(
      ({ starts }) => (starts === 'here' ? gateway.invite : gateway.collect) !== undefined,
    ),
    limits: gateway.limits,
  }));
}

export function createCatalogue(gateways: ReadonlyMap<string, ConnectedGateway>): Catalogue {
  const options = routeOptions(gateways);
  const modesOf = new Map(options.map(({ gateway, modes }) => [gateway, modes.map(({ mode }) => mode)]));
  const infos = new Map<string, GatewayInfo>(
    [...gateways.values()].map(({ id, definition, capabilities }) => [
      id,
      {
        id,
        name: definition.name,
        capabilities,
        paymentModes: modesOf.get(id) ?? [],
        currencies: definition.currencies,
      },
    ]),
  );

  return {
    gateways: () => [...infos.values()],
    gateway: (id) => infos.get(id) ?? { id, name: id, capabilities: [], paymentModes: [], currencies: [] },
    paymentMethods({ country, currency, amount }) {
      const wish = { country, currency, amount, gateway: null, paymentMode: null, has: null };
      const row = routeRow(country);
      const ordered = route(wish, options).candidates.flatMap(({ gateway }) =>
        options.filter((option) => option.gateway === gateway),
      );
      return ordered
        .filter(({ routed, gateway }) => routed && row.includes(gateway))
        .flatMap((option) =>
          option.modes.map(({ mode: paymentMode }) => ({ option, gateway: option.gateway, paymentMode })),
        )
        .filter(({ option, paymentMode }) => fitOf(option, { ...wish, paymentMode }).kind === 'fits')
        .map(({ gateway, paymentMode }) => ({ gateway, paymentMode }));
    },
    routePreview: (wish) => route({ ...wish, has: null }, options).candidates,
  };
}
