// The payment history: one tenant's intents, newest first, by key-set pages.

import { RequestError } from '../core/errors.ts';
import { isUuid } from '../core/ids.ts';
import type { Intent } from '../core/intent.ts';
import { upgradeBenin } from '../core/phone.ts';
import type { Intents } from './index.ts';
import type { IntentStore, Page, Phones, Position } from './ports.ts';

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

export function createHistory({ intents, phones }: { intents: IntentStore; phones: Phones }): Intents['list'] {
  return async (viewer, filter, page) => {
    const { newest, size } = sized(page);
    const after = position('after', page.after);
    const before = position('before', page.before);
    const phone = filter.phone === null ? null : upgradeBenin(phones.parse(filter.phone)?.e164 ?? filter.phone);
    // Another tenant's intents are not there to be counted, and asking for them says no more than an empty page (I26).
    const foreign = filter.appId !== null && filter.appId !== viewer.appId;
    const rows = foreign
      ? []
      : await intents.list(viewer.appId, { ...filter, phone }, { after, before, limit: size + 1, newest });
    const more = rows.length > size;
    const kept = newest ? rows.slice(0, size) : rows.slice(more ? 1 : 0);
    const edges = kept.map((node) => ({ cursor: cursorOf(node), node }));
    return {
      edges,
      pageInfo: {
        hasNextPage: newest ? more : before !== null,
        hasPreviousPage: newest ? after !== null : more,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  };
}

function sized({ first, last }: Page): { newest: boolean; size: number } {
  if (first !== null && last !== null) throw bad('first and last cannot be used together.');
  for (const [name, count] of [
    ['first', first],
    ['last', last],
  ] as const) {
    if (count !== null && (count < 1 || count > PAGE_MAX)) throw bad(`${name} must be 1..${PAGE_MAX}.`);
  }
  return { newest: last === null, size: first ?? last ?? PAGE_DEFAULT };
}

function cursorOf({ createdAt, id }: Intent): string {
  return Buffer.from(`${createdAt.getTime()}:${id}`).toString('base64url');
}

function position(name: string, cursor: string | null): Position | null {
  if (cursor === null) return null;
  const [, time = '', id = ''] = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!isUuid(id)) throw bad(`${name}: cursor not recognised.`);
  return { createdAt: new Date(Number(time)), id };
}

function bad(message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', message);
}
