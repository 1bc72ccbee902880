// Our door, as a provider meets it: what `src/server/webhooks.ts` and `served.ts` answer, without the HTTP in between.

import type { ServedCall, WebhookCall } from '../../src/gateways/contract.ts';
import type { Received } from '../../src/services/index.ts';
import type { Answer, DoorCall, Provider } from './network.ts';
import type { Process, Processes } from './processes.ts';

export interface Door {
  /** null: nobody was there, or whoever took the call died of it. */
  knock(call: DoorCall): Promise<Answer | null>;
  readonly acknowledged: readonly { readonly gateway: string; readonly dedupeKey: string }[];
}

const WEBHOOK = /^\/webhooks\/([^/]+)(?:\/(.*))?$/;
const SERVED = /^\/billing\/(.+)$/;
/** As a simulator is seen, and as the providers' addresses are set for it. */
const FROM = '127.0.0.1';
const STATUSES: Readonly<Record<Received, number>> = {
  stored: 200,
  duplicate: 200,
  parked: 200,
  unreadable: 400,
  forged: 401,
  stranger: 403,
  misplaced: 404,
  'unknown-gateway': 404,
};

export function createDoor(world: {
  readonly providers: readonly Provider[];
  readonly processes: () => Processes;
}): Door {
  const acknowledged: { gateway: string; dedupeKey: string }[] = [];

  async function webhook(process: Process, name: string, call: WebhookCall): Promise<Answer | null> {
    const result = await world.processes().ask(process, ({ webhooks }) => webhooks.receive(name, call));
    if (result.kind === 'lost') return null;
    if (result.kind !== 'answer') return { status: 503, body: '{}' };
    const { received, acknowledgement = { received: true } } = result.value;
    const isKept = received === 'stored' || received === 'duplicate';
    const kept = isKept ? keyOf(name, call) : null;
    if (kept !== null) acknowledged.push(kept);
    return { status: STATUSES[received], body: JSON.stringify(acknowledgement) };
  }

  async function served(process: Process, call: ServedCall): Promise<Answer | null> {
    const result = await world.processes().ask(process, (services) => services.served.answer(call));
    return result.kind === 'answer' ? { status: result.value.status, body: result.value.body } : null;
  }

  /** Under which key a callback is kept, by the gateway's own reading. */
  function keyOf(name: string, { body, path }: WebhookCall): { gateway: string; dedupeKey: string } | null {
    const provider = world.providers.find(({ definition }) => [definition.id, definition.webhookName].includes(name));
    if (provider === undefined) return null;
    const { definition, env } = provider;
    const { webhook: reader } = definition.connect(definition.settings.parse(env), {
      http: { send: () => Promise.reject(new Error('nobody is asked')) },
      now: () => new Date(0),
      webhookUrl: () => '',
    });
    const dedupeKey = reader?.read(body, path)?.dedupeKey;
    return dedupeKey === undefined ? null : { gateway: definition.id, dedupeKey };
  }

  return {
    acknowledged,
    async knock({ path, headers, body: text }) {
      const process = world.processes().any();
      if (process === null) return null;
      const call = { headers, path: '', body: Buffer.from(text), remoteAddress: FROM };
      const [, name, below = ''] = WEBHOOK.exec(path) ?? [];
      if (name !== undefined) return webhook(process, name, { ...call, path: below });
      const [, endpoint = ''] = SERVED.exec(path) ?? [];
      return served(process, { ...call, path: endpoint, method: 'POST' });
    },
  };
}
