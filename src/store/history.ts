// The payment history of one tenant: filters and key-set pages over (createdAt, id), newest first.

import type { Connection } from 'mongoose';
import type { Intent } from '../core/intent.ts';
import type { IntentQuery, IntentStore, Position } from '../services/ports.ts';
import { fromDocument, type IntentDocument } from './document.ts';

type Collection = ReturnType<Connection['model']>['collection'];
type Slice = Parameters<IntentStore['list']>[2];

export async function listIntents(
  collection: Collection,
  appId: string,
  query: IntentQuery,
  { after, before, limit, newest }: Slice,
): Promise<readonly Intent[]> {
  const conditions = [...matches(query), ...beyond(after, '$lt', '$lte'), ...beyond(before, '$gt', '$gte')];
  const filter = conditions.length === 0 ? { appId } : { appId, $and: conditions };
  const direction = newest ? -1 : 1;
  const documents = await collection
    .find(filter as never, { sort: { createdAt: direction, _id: direction }, limit })
    .toArray();
  const intents = (documents as unknown as IntentDocument[]).map(fromDocument);
  return newest ? intents : intents.reverse();
}

function matches(query: IntentQuery): Record<string, unknown>[] {
  const conditions: Record<string, unknown>[] = [];
  const add = (field: string, condition: unknown): void => void conditions.push({ [field]: condition });
  if (query.statuses !== null) add('status', { $in: query.statuses });
  if (query.gateways !== null) add('gateway', { $in: query.gateways });
  if (query.currency !== null) add('amount.currency', query.currency);
  if (query.referenceId !== null) add('referenceId', query.referenceId);
  if (query.phone !== null) add('customer.phone', { $eq: query.phone, $type: 'string' });
  if (query.gatewayTransactionId !== null)
    add('gatewayTransactionId', { $eq: query.gatewayTransactionId, $type: 'string' });
  if (query.amountMin !== null) add('amount.amount', { $gte: query.amountMin });
  if (query.amountMax !== null) add('amount.amount', { $lte: query.amountMax });
  if (query.createdAfter !== null) add('createdAt', { $gt: query.createdAfter });
  if (query.createdBefore !== null) add('createdAt', { $lt: query.createdBefore });
  return conditions;
}

/** The bound on createdAt alone is redundant, and lets the index range start where the page does. */
function beyond(position: Position | null, strict: '$lt' | '$gt', loose: '$lte' | '$gte'): Record<string, unknown>[] {
  if (position === null) return [];
  const { createdAt, id } = position;
  return [
    { createdAt: { [loose]: createdAt } },
    { $or: [{ createdAt: { [strict]: createdAt } }, { createdAt, _id: { [strict]: id } }] },
  ];
}
