// The wire between the product and the providers, both ways: the simulators' own code answers, and chance says what becomes
// of the bytes. What a request does and what its caller hears of it are two things, and each may come late or not at all.

import type { GatewayDefinition } from '../../src/gateways/contract.ts';
import type { HttpClient, HttpReply, HttpRequest } from '../../src/gateways/http.ts';
import type { LedgerLine } from '../../src/gateways/simulator-books.ts';
import type { SimulatorReply } from '../../src/gateways/simulator-http.ts';
import { DEFAULT_TUNING, type Simulator, type SimulatorDefinition } from '../../src/gateways/simulator.ts';
import type { Chance } from './chance.ts';
import { runOn } from './machine.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import type { Tally } from './tally.ts';

export const PROVIDERS_URL = 'http://providers.model';
const DOOR_URL = 'http://door.model';
/** As long as any simulator waits for our door. */
const DOOR_PATIENCE_MS = 10_000;

export interface Provider {
  readonly definition: GatewayDefinition;
  readonly simulator: SimulatorDefinition;
  readonly env: Readonly<Record<string, string>>;
}

/** One write that a gateway made, as the provider got it (I9). */
export interface Sent {
  readonly path: string;
  readonly body: string;
}

export interface DoorCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Network {
  clientFor(actor: Actor, gateway: string): HttpClient;
  /** A call that nothing becomes of on the way: a payer's, a person's, a test's. */
  ask(
    gateway: string,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<SimulatorReply>;
  readonly sent: readonly Sent[];
  /** Every call that reached our door. */
  readonly delivered: readonly DoorCall[];
  calm(): void;
}

interface Tools {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly tally: Tally;
  readonly providers: readonly Provider[];
  /** Resolves to a status; null: nobody is there, or whoever took it died. */
  readonly door: (call: DoorCall) => Promise<Answer | null>;
}

const FATES = {
  normal: 100,
  unsent: 3,
  silent: 4,
  'lost-reply': 8,
  'server-error': 3,
  'server-error-after': 3,
  garbage: 3,
  'rate-limited': 2,
  slow: 6,
} as const;
type Fate = keyof typeof FATES;

/** How often a question is answered with "no such payment", and for how long after the payment was made. */
const DENIES = 0.08;
const DENIED_MS = 40_000;

export function createNetwork({ scheduler, chance: seed, tally, providers, door }: Tools): Network {
  const chance = seed.fork('network');
  const sent: Sent[] = [];
  const delivered: DoorCall[] = [];
  let isCalm = false;
  const world: Actor = {
    name: 'providers',
    alive: true,
    frozen: false,
    machine: {
      chance: seed.fork('providers'),
      elapsed: scheduler.now,
      after: (ms, run, repeats) => scheduler.after(ms, 'a timer', run, world, repeats ? ms : null),
      fetch: (url, init) => callDoor(url, init),
    },
  };
  const simulators = new Map<string, Simulator>(
    providers.map(({ definition, simulator, env }) => {
      const { id } = definition;
      const tools = {
        baseUrl: `${PROVIDERS_URL}/${id}`,
        env,
        webhookUrl: () => webhookUrlOf(definition),
        booksDir: null,
        timers: {
          now: () => new Date(scheduler.now()),
          after: (ms: number, run: () => void) => scheduler.after(ms, `${id} goes on`, run, world),
        },
        tuning: DEFAULT_TUNING,
      };
      return [id, runOn(world.machine, () => simulator.create(tools))];
    }),
  );

  function handle(url: URL, request: Pick<HttpRequest, 'method' | 'headers' | 'body'>): Promise<SimulatorReply> {
    const root = providers.find(
      ({ simulator: { root: prefix } }) => prefix !== undefined && url.pathname.startsWith(prefix),
    );
    const [, id = '', ...rest] = `${root === undefined ? '' : `/${root.definition.id}`}${url.pathname}`.split('/');
    const simulator = simulators.get(id);
    if (simulator === undefined) throw new Error(`nobody plays ${url.href}`);
    const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
    const heard = {
      method: request.method,
      path: `/${rest.join('/')}`,
      query: url.searchParams,
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: Buffer.from(request.body ?? ''),
    };
    return runOn(world.machine, () => simulator.handle(heard));
  }

  function send(actor: Actor, gateway: string, request: HttpRequest): Promise<HttpReply> {
    const { method, url, body, timeoutMs, effect } = request;
    const target = new URL(url);
    const label = `${method} ${target.pathname}`;
    return new Promise((resolve) => {
      let isOver = false;
      const end = (reply: HttpReply): void => {
        if (!isOver) forgetDeadline();
        isOver = true;
        resolve(reply);
      };
      const silent = (): void => end({ kind: 'silent', reason: 'no answer in time' });
      const forgetDeadline = scheduler.after(timeoutMs, `${label} gets no answer`, silent, actor);
      const hear = (reply: HttpReply): void => {
        if (isOver) return;
        void scheduler.call(actor, `${label} answers`, () => undefined).then(() => end(reply));
      };

      const leave = async (): Promise<void> => {
        const fate = isCalm ? 'normal' : chance.weigh(FATES);
        if (effect === 'write') sent.push({ path: target.pathname, body: body ?? '' });
        if (effect === 'read' && !isCalm && chance.is(DENIES)) {
          const stranger = await aboutNobody(gateway, target, body ?? '');
          if (stranger !== null) {
            tally.add('read: denied');
            scheduler.note(`           ${label} is denied`);
            void handle(stranger.url, { ...request, body: stranger.body }).then((reply) => back('normal', reply));
            return undefined;
          }
        }
        if (fate !== 'normal') {
          tally.add(`${effect}: ${fate}`);
          scheduler.note(`           ${label} is ${fate}`);
        }
        if (fate === 'unsent') return hear({ kind: 'unsent', reason: 'not connected' });
        if (fate === 'silent') return undefined;
        if (fate === 'server-error') return hear(answered(502, '<html>502</html>'));
        if (fate === 'rate-limited') return hear(answered(429, '{"error":"too many requests"}'));
        void handle(target, request).then((reply) => back(fate, reply));
        return undefined;
      };
      const back = (fate: Fate, reply: SimulatorReply): void => {
        if (reply.kind === 'hang' || fate === 'lost-reply') return;
        if (reply.kind === 'drop') return hear({ kind: 'silent', reason: 'the connection was lost' });
        if (fate === 'server-error-after') return hear(answered(502, '<html>502</html>'));
        if (fate === 'garbage') return hear(answered(200, '<html><body>{"ok"'));
        const heard: HttpReply = { kind: 'answered', status: reply.status, headers: reply.headers, text: reply.body };
        if (fate !== 'slow') return hear(heard);
        scheduler.after(chance.between(500, timeoutMs * 1.5), `${label} answers at last`, () => hear(heard), actor);
        return undefined;
      };
      void scheduler.call(actor, label, leave);
    });
  }

  /**
   * The same question about a payment that nobody made: some providers deny for a while what they have taken (F42). null
   * where it asks about nothing that is young enough.
   */
  async function aboutNobody(gateway: string, target: URL, body: string): Promise<{ url: URL; body: string } | null> {
    const reply = await handle(new URL(`${PROVIDERS_URL}/${gateway}/_ledger`), {
      method: 'GET',
      headers: {},
      body: null,
    });
    const lines = reply.kind === 'reply' ? (JSON.parse(reply.body) as LedgerLine[]) : [];
    const young = lines.filter(({ at }) => scheduler.now() - Date.parse(at) < DENIED_MS);
    const names = young.flatMap(({ providerId, operationId, reference }) => [providerId, operationId, reference]);
    const found = names.filter((name) => name !== null).filter((name) => `${target.href}${body}`.includes(name));
    if (found.length === 0) return null;
    const without = (text: string): string =>
      found.reduce((rest, name) => rest.replaceAll(name, `${name.slice(0, -3)}000`), text);
    return { url: new URL(without(target.href)), body: without(body) };
  }

  /** A provider calls us. The way there and the way back may each be lost, and a call may come twice. */
  function callDoor(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url);
    const call: DoorCall = {
      path: pathname,
      headers: { ...(init.headers as Record<string, string>) },
      body: typeof init.body === 'string' ? init.body : '',
    };
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new TypeError('fetch failed'));
      const forget = scheduler.after(DOOR_PATIENCE_MS, `${pathname} waits no longer`, fail, world);
      const isLost = !isCalm && chance.is(0.05);
      const isTwice = !isCalm && chance.is(0.05);
      const isUnheard = !isCalm && chance.is(0.05);
      if (isTwice) {
        tally.add('callback delivered twice');
        void scheduler.call(world, `${pathname} again`, () => void knock(call));
      }
      const hear = (said: Answer | null): void => {
        if (said === null || isUnheard) return;
        forget();
        resolve(responseOf(said));
      };
      // What our door does with it takes steps of its own: this one is over once it has been called.
      void scheduler.call(world, `${pathname} ${isLost ? 'is lost' : 'calls'}`, () => {
        if (!isLost) void knock(call).then(hear);
      });
    });
  }

  function knock(call: DoorCall): Promise<Answer | null> {
    delivered.push(call);
    return door(call);
  }

  return {
    clientFor: (actor, gateway) => ({ send: (request) => send(actor, gateway, request) }),
    sent,
    delivered,
    async ask(gateway, method, path, body, headers = {}) {
      const text = body === undefined ? null : JSON.stringify(body);
      return handle(new URL(`${PROVIDERS_URL}/${gateway}${path}`), {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: text,
      });
    },
    calm() {
      isCalm = true;
    },
  };
}

/** Where this provider reaches us. */
export function webhookUrlOf({ id, webhookName = id }: GatewayDefinition): string {
  return `${DOOR_URL}/webhooks/${webhookName}`;
}

function answered(status: number, text: string): HttpReply {
  return { kind: 'answered', status, headers: { 'content-type': 'text/html' }, text };
}

/** What a simulator reads of an answer. A real Response reads its body in rounds of the loop that are not the run's. */
function responseOf({ status, body }: Answer): Response {
  const answer = {
    status,
    ok: status >= 200 && status < 300,
    headers: new Headers(),
    body: null,
    text: async () => body,
    json: async () => JSON.parse(body) as unknown,
  };
  return answer as unknown as Response;
}
