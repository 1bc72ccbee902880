// Small reads, gathered: a repeat of a createIntent costs one read, and so does a page that opens; many that come at once cost
// one together. Nothing is read before it is asked for: a group departs after the last of its questions has come, so an
// answer is never older than its question.

import { createGrouping, type GroupingLimits } from './grouping.ts';
import type { Models } from './models.ts';

interface Question {
  readonly appId: string;
  readonly key: string;
}

interface Keyed {
  readonly appId: string;
  readonly keys: readonly { readonly key: string }[];
}

/** Resolves to the app's document that has this key among its `keys`, or null. */
export function createFindingByKey<Document extends Keyed>(
  collection: Models['intents']['collection'],
): (question: Question) => Promise<Document | null> {
  return createGrouping(async (questions: readonly Question[]): Promise<readonly (Document | null)[]> => {
    const byApp = new Map<string, Set<string>>();
    for (const { appId, key } of questions) byApp.set(appId, (byApp.get(appId) ?? new Set()).add(key));
    const filters = [...byApp].map(([appId, keys]) => ({ appId, 'keys.key': { $in: [...keys] } }));
    const [first = {}, ...others] = filters;
    const found = await collection.find(others.length === 0 ? first : { $or: filters }).toArray();
    const byName = new Map<string, Document>();
    for (const document of found as unknown as Document[]) {
      for (const { key } of document.keys) byName.set(nameOf(document.appId, key), document);
    }
    return questions.map(({ appId, key }) => byName.get(nameOf(appId, key)) ?? null);
  });
}

/** A page that opens is bounded where it comes in; here it waits as long as its operation may. */
const PAGES: GroupingLimits = { itemsMax: 200, groupsMax: 4, waitingMax: 100_000 };

/** Resolves to whether the app has a document with this id. Pages open in crowds, after a restart most of all. */
export function createHaving(
  collection: Models['intents']['collection'],
): (question: { readonly appId: string; readonly id: string }) => Promise<boolean> {
  return createGrouping(async (questions: readonly { readonly appId: string; readonly id: string }[]) => {
    const filter = { _id: { $in: questions.map(({ id }) => id) } };
    const found = await collection.find(filter as never, { projection: { appId: 1 } }).toArray();
    const owners = new Map(
      (found as unknown as { _id: string; appId: string }[]).map(({ _id, appId }) => [_id, appId]),
    );
    return questions.map(({ appId, id }) => owners.get(id) === appId);
  }, PAGES);
}

/** One text for one question: an app's name has no control characters. */
function nameOf(appId: string, key: string): string {
  return `${appId}\n${key}`;
}
