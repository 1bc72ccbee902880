// One run: a seed, a few payments, two or three processes, and everything that can go wrong; then all faults cease, time passes
// until nothing is due, and what is left is held against the invariants.

import { createHash } from 'node:crypto';
import { definitions } from '../../src/config.ts';
import { createKeyStore } from '../../src/store/keys.ts';
import type { LedgerEntry } from '../testkit/controls.ts';
import { faultsIn } from '../testkit/invariants.ts';
import type { Evidence } from '../testkit/witness.ts';
import { chanceOf, type Chance } from './chance.ts';
import { createDatabase, type Database, type Place } from './database.ts';
import { createDoor } from './door.ts';
import { createHints } from './hints.ts';
import { faultsOf, type Course } from './laws.ts';
import { createNetwork, PROVIDERS_URL, type Provider } from './network.ts';
import { createOccasions } from './occasions.ts';
import { createPayers } from './payers.ts';
import { createProcesses, TAIL_MS } from './processes.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { situationsIn } from './situations.ts';
import { APPS, drawStories } from './stories.ts';
import { createTally } from './tally.ts';
import { createUsers, keyIdOf } from './users.ts';
import { createWatchers } from './watchers.ts';

export interface Outcome {
  readonly seed: number;
  /** What was broken, a sentence each. */
  readonly faults: readonly string[];
  readonly reached: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
  /** Equal for equal runs: the whole trace, every version of every document, and the providers' books. */
  readonly hash: string;
}

/** Leave out to take every gateway. */
export interface RunOptions {
  readonly gateways?: readonly string[] | null;
}

const BEGINS = new Date('2026-03-08T12:00:00.000Z');
/** After this much quiet time whatever is still open stays open. */
const CALM_MAX_MS = 3 * 86_400_000;
const CALM_ROUNDS_MAX = 400;

/** How often, for each turn, something breaks. */
const CHAOS = { crash: 0.006, freeze: 0.003, wipe: 0.004, redis: 0.002, mongo: 0.002 } as const;

async function providersOf(gateways: readonly string[] | null): Promise<readonly Provider[]> {
  const chosen = definitions.filter(({ id }) => gateways === null || gateways.includes(id));
  return Promise.all(
    chosen.map(async (definition) => {
      const simulator = await definition.simulator();
      return { definition, simulator, env: simulator.env(`${PROVIDERS_URL}/${definition.id}`) };
    }),
  );
}

export async function play(seed: number, place: Place, options: RunOptions = {}): Promise<Outcome> {
  const chance = chanceOf(`seed ${seed}`);
  const scheduler = createScheduler({ chance, from: BEGINS });
  const tally = createTally();
  const providers = await providersOf(options.gateways ?? null);
  await place.empty();
  await openKeys(place);

  const database = createDatabase({ place, scheduler, chance, tally });
  const hints = createHints({ scheduler, chance, tally, work: (bell) => processes.work(bell) });
  const door = createDoor({ providers, processes: () => processes });
  const network = createNetwork({ scheduler, chance, tally, providers, door: door.knock });
  const count = chance.fork('size').between(2, 3);
  const processes = createProcesses({ scheduler, chance, tally, database, network, hints, providers, count });
  const stories = drawStories(chance, providers);
  const withinMs = chance.fork('length').between(40_000, 200_000);
  const occasions = createOccasions({ scheduler, chance, database, withinMs });
  const tools = { scheduler, chance, tally, database, processes, stories, occasions };
  const users = createUsers(tools);
  const watchers = createWatchers(tools);
  const payers = createPayers({ ...tools, network, providers, door: door.knock });

  const until = BEGINS.getTime() + withinMs;
  await payers.begin(withinMs);
  users.begin(withinMs);
  watchers.begin();

  const storm = chance.fork('storm');
  while (scheduler.now() < until) {
    await breakSomething(storm);
    if (!(await scheduler.turn())) break;
  }

  for (const part of [scheduler, database, hints, network, users, processes]) part.calm();
  await rest();
  // Whoever still listens is told by the tail, whatever became of the hints.
  for (let rounds = 0; rounds < 3; rounds += 1) {
    scheduler.leap(scheduler.now() + 2 * TAIL_MS);
    await scheduler.settle();
    await scheduler.play(() => true);
  }
  let isOver = false;
  void watchers.end().then(() => {
    isOver = true;
  });
  await scheduler.play(() => !isOver);

  const course = await courseOf();
  const waits = isOver ? [] : ['I15: a watcher waits for ever'];
  const faults = [...faultsIn(course.evidence), ...faultsOf(course), ...waits];
  for (const name of situationsIn(course)) tally.add(name);
  return { seed, faults, reached: tally.counts, trace: scheduler.trace, hash: hashOf(scheduler, course) };

  async function breakSomething(storm: Chance): Promise<void> {
    const process = storm.pick(processes.all());
    if (storm.is(CHAOS.crash)) await processes.crash(process);
    if (storm.is(CHAOS.freeze)) processes.freeze(process, storm.between(1_000, 45_000));
    if (storm.is(CHAOS.wipe)) hints.wipe();
    if (storm.is(CHAOS.redis)) outage('Redis', hints.away, storm.between(1_000, 30_000));
    if (storm.is(CHAOS.mongo)) outage('MongoDB', database.away, storm.between(200, 15_000));
  }

  function outage(name: string, away: (isAway: boolean) => void, ms: number): void {
    tally.add(`${name} away`);
    scheduler.note(`${name} is away`);
    away(true);
    scheduler.after(ms, `${name} is back`, () => away(false));
  }

  /** Time passes, from one due date to the next, until nothing is. */
  async function rest(): Promise<void> {
    const end = scheduler.now() + CALM_MAX_MS;
    await scheduler.play(() => true);
    for (let round = 0; round < CALM_ROUNDS_MAX; round += 1) {
      const due = dueOf(database);
      if (due === null || due > end) break;
      scheduler.leap(due);
      for (const process of processes.all().slice(0, 1)) processes.sweep(process);
      await scheduler.settle();
      await scheduler.play(() => true);
    }
    for (let round = 0; round < CALM_ROUNDS_MAX && (database.nextDue() ?? Infinity) <= scheduler.now(); round += 1) {
      for (const process of processes.all().slice(0, 1)) processes.sweep(process);
      await scheduler.play(() => true);
    }
  }

  async function courseOf(): Promise<Course> {
    const books = await Promise.all(
      providers.map(async ({ definition: { id } }) => {
        const reply = await network.ask(id, 'GET', '/_ledger');
        return [id, reply.kind === 'reply' ? (JSON.parse(reply.body) as LedgerEntry[]) : []] as const;
      }),
    );
    const evidence: Evidence = {
      intents: (await place.models.intents.collection.find({}).toArray()) as unknown as Evidence['intents'],
      versions: database.versions,
      inbox: (await place.models.inbox.collection.find({}).toArray()) as unknown as Evidence['inbox'],
      ledger: Object.fromEntries(books),
      at: new Date(scheduler.now()),
      logs: '',
      secrets: [],
    };
    return {
      evidence,
      writes: database.writes,
      sent: network.sent,
      given: users.given,
      acknowledged: door.acknowledged,
      forged: payers.answers,
      watchers: watchers.faults,
      surprises: processes.surprises,
    };
  }
}

async function openKeys(place: Place): Promise<void> {
  const keys = createKeyStore(place.models);
  const shared = { hash: '', scopes: [], demo: false, requestsPerMinute: null, socketsMax: null };
  for (const appId of APPS) {
    await keys.insert({ ...shared, id: keyIdOf(appId), appId, createdAt: BEGINS, revokedAt: null });
  }
}

/** The next date on which something may still change: what waits for people is asked about for ever. */
function dueOf(database: Database): number | null {
  const rows = [...database.inbox.values()].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt.getTime()]));
  const intents = [...database.versions.values()].flatMap((life) => life.slice(-1));
  const dates = intents.flatMap(({ due, needsReview, refunds }) => {
    const forPeople =
      needsReview || refunds.every(({ manual, status }) => manual || status === 'FAILED' || status === 'SUCCEEDED');
    return due === null || (due.kind === 'poll-refund' && forPeople) ? [] : [due.at.getTime()];
  });
  return rows.length + dates.length === 0 ? null : Math.min(...rows, ...dates);
}

function hashOf({ trace }: Scheduler, { evidence, given }: Course): string {
  const versions = [...evidence.versions.values()];
  const text = JSON.stringify([trace, versions, evidence.inbox, evidence.ledger, given]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
