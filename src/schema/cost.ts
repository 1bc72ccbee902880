// What an operation may cost, before any of it is done. A field costs 1; what stands below a list counts once for every
// item it may have: a connection's page size, and 10 for the lists inside one payment.

import SchemaBuilder, { type SchemaTypes } from '@pothos/core';
import { PothosComplexityPlugin } from '@pothos/plugin-complexity';
import { GraphQLError, type GraphQLFieldResolver } from 'graphql';

export const COST_MAX = 5_000;
const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 100;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Pothos finds the types of plugins here.
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      cost: CostPlugin<Types>;
    }
  }
}

/** Pothos counts before a field resolves: for a subscription, after it has begun. This counts before that, too. */
export class CostPlugin<Types extends SchemaTypes> extends PothosComplexityPlugin<Types> {
  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    return (root, args, context, info) => {
      this.checkComplexity(context, info);
      return subscribe(root, args, context, info);
    };
  }
}

export const COST_PLUGIN = 'cost';
// Its base class is compiled with optional properties that may be undefined, which ours may not: hence the cast.
SchemaBuilder.registerPlugin(COST_PLUGIN, CostPlugin as never);

export function tooCostly(cost: number): GraphQLError {
  return new GraphQLError(
    `This operation costs ${cost}, and the limit is ${COST_MAX}. Ask for fewer fields, or for shorter pages.`,
    { extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } } },
  );
}

interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
}

/** A size that is out of bounds costs as much as the nearest one that is not: it is refused for what it is, later. */
export function costOfPage(page: PageArguments): { readonly field: number; readonly multiplier: number } {
  const size = page.first ?? page.last ?? PAGE_SIZE;
  return { field: 1, multiplier: Math.min(Math.max(size, 1), PAGE_SIZE_MAX) };
}
