// The payment history: one tenant's intents, newest first, by key-set pages.

import { RequestError } from '../core/errors.ts';
import { isUuid } from '../core/ids.ts';
import type { Intent } from '../core/intent.ts';
import { upgradeBenin } from '../core/phone.ts';
import { referenceIdRule, transactionIdRule, type Rule } from '../core/rules.ts';
import type { AuthWithTokens } from './auth.ts';
import type { Intents } from './index.ts';
import type { IntentStore, Page, Phones, Position } from './ports.ts';

const CURSOR = 'cursor';
const CURSOR_FORM = /^([\w-]{1,100})\.([\w-]{22})$/;
const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

export function createHistory(world: {
  readonly intents: IntentStore;
  readonly phones: Phones;
  readonly auth: Pick<AuthWithTokens, 'sealOf' | 'isSealed'>;
}): Intents['list'] {
  const { intents, phones, auth } = world;

  function cursorOf(appId: string, { createdAt, id }: Intent): string {
    const place = `${createdAt.getTime()}:${id}`;
    return `${Buffer.from(place).toString('base64url')}.${auth.sealOf(CURSOR, appId, place)}`;
  }

  /** A place that was not handed out to this app is no place: who makes one up is told so, not given a page. */
  function position(appId: string, name: string, cursor: string | null): Position | null {
    if (cursor === null) return null;
    const [, body = '', seal = ''] = CURSOR_FORM.exec(cursor) ?? [];
    const place = Buffer.from(body, 'base64url').toString();
    const [, time = '', id = ''] = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(place) ?? [];
    if (!auth.isSealed(CURSOR, appId, place, seal) || !isUuid(id)) throw bad(`${name}: cursor not recognised.`);
    return { createdAt: new Date(Number(time)), id };
  }

  return async (viewer, filter, page) => {
    const { newest, size } = sized(page);
    const after = position(viewer.appId, 'after', page.after);
    const before = position(viewer.appId, 'before', page.before);
    const number = filter.phone === null ? null : phones.parse(filter.phone);
    if (filter.phone !== null && number === null) throw bad('filter.phone must be E.164, e.g. +2290161000000.');
    const phone = number === null ? null : upgradeBenin(number.e164);
    hold(filter.referenceId === null ? null : referenceIdRule(filter.referenceId));
    hold(
      filter.gatewayTransactionId === null
        ? null
        : transactionIdRule(filter.gatewayTransactionId, 'gatewayTransactionId'),
    );
    // Another tenant's intents are not there to be counted, and asking for them says no more than an empty page (I26).
    const foreign = filter.appId !== null && filter.appId !== viewer.appId;
    const rows = foreign
      ? []
      : await intents.list(viewer.appId, { ...filter, phone }, { after, before, limit: size + 1, newest });
    const more = rows.length > size;
    const kept = newest ? rows.slice(0, size) : rows.slice(more ? 1 : 0);
    // Sealed when it is asked for: most pages show the two at their ends.
    const edges = kept.map((node) => ({
      node,
      get cursor() {
        return cursorOf(viewer.appId, node);
      },
    }));
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

/** What no payment can have is not looked for: an empty page would say that there is none just now. */
function hold(broken: Rule): void {
  if (broken !== null) throw bad(`filter.${broken}`);
}

function bad(message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', message);
}
