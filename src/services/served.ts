// Providers that call us and wait (Payme, Click): the desk at which their protocols work. Every step keeps the raw call
// first and is one guarded write; what stands afterwards is all that an answer is made of.

import { failureOf } from '../core/failure.ts';
import { isUuid } from '../core/ids.ts';
import type { Cause, Intent, Moment } from '../core/intent.ts';
import { cancelTransaction, openTransaction, performTransaction, reverseTransaction, viewOf } from '../core/served.ts';
import type { ServedAnswer, ServedCall, ServedDesk, ServedIntent } from '../gateways/contract.ts';
import { Taken, type Changer, type ChangeWorld } from './change.ts';
import { requestHash } from './hash.ts';
import type { Served } from './index.ts';
import type { ConnectedGateway, InboxStore } from './ports.ts';

interface ServedWorld extends ChangeWorld {
  readonly inbox: InboxStore;
}

export function createServed(world: ServedWorld, changer: Changer): Served {
  const { intents, inbox, clock, ids, gateways, log } = world;
  const byPath = new Map(
    [...gateways.values()].flatMap((one) => (one.gateway.serve?.paths ?? []).map((path) => [path, one] as const)),
  );

  return {
    gatewayAt: (path) => byPath.get(path)?.id ?? null,
    async answer(call) {
      const connected = byPath.get(call.path);
      const protocol = connected?.gateway.serve;
      if (connected === undefined || protocol === undefined) throw new Error(`nothing is served at ${call.path}`);
      const answer = await protocol.answer(call, deskOf(connected, call)).catch((error: unknown): ServedAnswer => {
        log.error({ gateway: connected.id, err: error }, 'a call could not be served');
        return protocol.unavailable(call);
      });
      if (answer.verdict === 'forged') {
        log.warn({ gateway: connected.id, remoteAddress: call.remoteAddress }, 'forged call refused');
      }
      return answer;
    },
  };

  function deskOf({ id: gateway }: ConnectedGateway, call: ServedCall): ServedDesk {
    const own = (intent: Intent | null): ServedIntent | null =>
      intent === null || intent.gateway !== gateway ? null : viewOf(intent);

    /** The call is kept before it has an effect, and names the cause of what it changes (I31). */
    async function step(
      intentId: string,
      name: string,
      decide: (intent: Intent, moment: Moment, cause: Cause) => Intent,
    ): Promise<ServedIntent> {
      const intent = await intents.find(intentId);
      if (intent === null || intent.gateway !== gateway) throw new Error(`${intentId} is no payment of ${gateway}`);
      const cause = { kind: 'webhook', id: await keep(intentId, name) } as const;
      const after = await changer
        .change(intent, cause, (current, moment) => decide(current, moment, cause))
        .catch(async (error: unknown) => {
          // The provider has told this id of another payment: it keeps the one that it was first told of.
          if (error instanceof Taken) return (await intents.find(intentId)) ?? intent;
          throw error;
        });
      return viewOf(after);
    }

    async function keep(intentId: string, name: string): Promise<string> {
      const { id } = await inbox.insert({
        id: ids.next(),
        gateway,
        dedupeKey: `${name}:${requestHash(call.body.toString('base64'))}`,
        authentic: true,
        body: call.body,
        path: call.path,
        receivedAt: clock.now(),
        state: 'APPLIED',
        tries: 0,
        dueAt: null,
        intentId,
        note: name,
      });
      return id;
    }

    return {
      find: async (intentId) => (isUuid(intentId) ? own(await intents.find(intentId)) : null),
      findTransaction: async (providerId) => own(await intents.findByTransaction(gateway, providerId)),
      open: (intentId, opening) => step(intentId, 'open', (intent, moment) => openTransaction(intent, opening, moment)),
      perform: (intentId, providerId) =>
        step(intentId, 'perform', (intent, moment) => performTransaction(intent, providerId, moment)),
      cancel: (intentId, providerId, ending) =>
        step(intentId, 'cancel', (intent, moment) =>
          cancelTransaction(intent, providerId, { ...ending, failure: failureFor(ending) }, moment),
        ),
      reverse: (intentId, providerId, reason) =>
        step(intentId, 'reverse', (intent, _moment, cause) =>
          reverseTransaction(intent, providerId, { reason, refundId: ids.next() }, () => changer.moment(cause)),
        ),
      async *statement({ from, to }) {
        for await (const intent of intents.servedBetween(gateway, from, to)) yield viewOf(intent);
      },
    };
  }
}

/** A payment that failed or ran out says why, to the payer too. */
function failureFor({ status, failure, reason }: Parameters<ServedDesk['cancel']>[2]) {
  if (failure !== null || status === 'CANCELLED') return failure;
  return failureOf(status === 'EXPIRED' ? 'TIMED_OUT' : 'UNKNOWN', reason);
}
