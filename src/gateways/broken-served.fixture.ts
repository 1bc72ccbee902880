// Providers that call us, served wrongly in one way each, and the rules that must say so.

import type { Broken } from './broken.fixture.ts';
import type { GatewayDefinition, ServedCall, ServedDesk, ServedProtocol } from './contract.ts';
import { teller } from './teller.fixture.ts';

type Answer = ServedProtocol['answer'];

/** The sound protocol, around which something goes wrong. */
function broken(
  what: string,
  spoil: (serve: ServedProtocol, key: string) => Partial<ServedProtocol>,
  breaks: readonly string[],
): Broken {
  const connect: GatewayDefinition['connect'] = (settings, tools) => {
    const gateway = teller.connect(settings, tools);
    if (gateway.serve === undefined) throw new Error('the teller is served');
    const { TELLER_SECRET_KEY: key } = settings as { TELLER_SECRET_KEY: string };
    return { ...gateway, serve: { ...gateway.serve, ...spoil(gateway.serve, key) } };
  };
  return { what, definition: { ...teller, connect }, breaks };
}

/** The sound protocol at a desk where some steps are done otherwise. */
function atDesk(change: (desk: ServedDesk) => Partial<ServedDesk>): (serve: ServedProtocol) => Partial<ServedProtocol> {
  return ({ answer }) => ({ answer: (call, desk) => answer(call, { ...desk, ...change(desk) }) });
}

/** The sound protocol, told something else than the provider said. */
function toldOtherwise(
  change: (told: Record<string, unknown>) => object,
): (serve: ServedProtocol) => { answer: Answer } {
  return ({ answer }) => ({
    answer: (call, desk) => answer({ ...call, body: Buffer.from(JSON.stringify(change(toldIn(call)))) }, desk),
  });
}

function toldIn({ body }: ServedCall): Record<string, unknown> {
  try {
    return { ...(JSON.parse(body.toString('utf8')) as object) };
  } catch {
    return {};
  }
}

const PAYS = 'a payer who follows the link pays';
const LINKS = 'every link is the same every time, names the payment, and holds no secret';
const REPEATS = 'a call that is repeated is answered alike, and moves nothing';
const PROOF = 'who does not prove itself is refused before anything is touched';
const AMOUNT = 'another amount than was asked for moves nothing';
const UNKNOWN = 'an order or a transaction that we do not have is refused in words of the provider';
const AWAY = 'where the desk cannot be reached nothing is promised, and the repeat goes on';
const GARBAGE = 'a body that is no call is refused, and never throws';
const GIVES_UP = 'a payer who gives up ends it, and nothing is taken';
const RACE = 'performing and giving up at once end alike on both sides, whoever is first';
const REVERSAL = 'what the provider sends back is a refund, once';
const ENDED = 'a payment that we have ended is never taken';
const LATE = 'a payment is not taken after its time';

let calls = 0;

export const BROKEN_SERVED: readonly Broken[] = [
  broken(
    'opens nothing',
    atDesk(({ find }) => ({ open: async (id) => (await find(id)) ?? Promise.reject(new Error('gone')) })),
    [PAYS, REPEATS, PROOF, UNKNOWN, AWAY, GARBAGE, GIVES_UP, RACE, REVERSAL, ENDED, LATE],
  ),
  broken(
    'counts its answers',
    ({ answer }) => ({
      async answer(call, desk) {
        const sound = await answer(call, desk);
        return { ...sound, body: JSON.stringify({ ...(JSON.parse(sound.body) as object), count: (calls += 1) }) };
      },
    }),
    [REPEATS],
  ),
  broken(
    'believes whoever calls',
    ({ answer }, key) => ({
      answer: (call, desk) => answer({ ...call, headers: { ...call.headers, 'x-teller-key': key } }, desk),
    }),
    [PROOF],
  ),
  broken(
    'looks before it knows who asks',
    ({ answer }) => ({
      async answer(call, desk) {
        await desk.find('somebody');
        return answer(call, desk);
      },
    }),
    [PROOF, GARBAGE],
  ),
  broken(
    'takes whatever amount is named for the one that was asked for',
    atDesk((desk) => ({
      async find(id) {
        const found = await desk.find(id);
        return found === null ? null : { ...found, amount: { ...found.amount, amount: 5_001 } };
      },
    })),
    [PAYS, REPEATS, PROOF, AMOUNT, UNKNOWN, AWAY, GARBAGE, GIVES_UP, RACE, REVERSAL, ENDED, LATE],
  ),
  broken(
    'takes an order that it does not have for a fault of its own',
    ({ answer, unavailable }) => ({
      async answer(call, desk) {
        const sound = await answer(call, desk);
        return sound.body.includes('no such') ? unavailable(call) : sound;
      },
    }),
    [UNKNOWN],
  ),
  broken(
    'promises what it could not store',
    ({ answer }) => ({
      answer: (call, desk) =>
        answer(call, desk).catch(() => ({ status: 200, headers: {}, body: '{"ok":true}', verdict: 'served' as const })),
    }),
    [AWAY],
  ),
  broken(
    'throws at what it cannot read',
    ({ answer }) => ({
      async answer(call, desk) {
        JSON.parse(call.body.toString('utf8'));
        return answer(call, desk);
      },
    }),
    [GARBAGE],
  ),
  broken(
    'hears nothing of a payer who gives up',
    atDesk(({ findTransaction }) => ({
      cancel: async (_id, providerId) => (await findTransaction(providerId)) ?? Promise.reject(new Error('gone')),
    })),
    [GIVES_UP, RACE],
  ),
  broken(
    'says that a payment was given up which was performed',
    ({ answer }) => ({
      async answer(call, desk) {
        const without: ServedDesk = {
          ...desk,
          reverse: async (_id, providerId) =>
            (await desk.findTransaction(providerId)) ?? Promise.reject(new Error('gone')),
        };
        const said = await answer(call, without);
        return toldIn(call)['step'] === 'cancel'
          ? { ...said, verdict: 'served', body: JSON.stringify({ ok: true, state: 'reversed' }) }
          : said;
      },
    }),
    [REPEATS, UNKNOWN, GIVES_UP, RACE, REVERSAL],
  ),
  broken(
    'says yes to a payment that is over',
    ({ answer }) => ({
      async answer(call, desk) {
        const said = await answer(call, desk);
        const isPerform = toldIn(call)['step'] === 'perform';
        return isPerform && said.body.includes('"closed"') ? { ...said, verdict: 'served', body: '{"ok":true}' } : said;
      },
    }),
    [RACE, ENDED],
  ),
  broken(
    'knows no end of a transaction',
    atDesk(({ open }) => ({ open: (id, opening) => open(id, { ...opening, expiresAt: new Date('2100-01-01') }) })),
    [LATE],
  ),
  broken(
    'hears another order',
    toldOtherwise((told) => ({ ...told, order: 'another' })),
    [PAYS, REPEATS, PROOF, UNKNOWN, AWAY, GARBAGE, GIVES_UP, RACE, REVERSAL, ENDED, LATE],
  ),
  {
    what: 'shows its secret in the link',
    definition: {
      ...teller,
      connect(settings, tools) {
        const { TELLER_SECRET_KEY: key } = settings as { TELLER_SECRET_KEY: string };
        const gateway = teller.connect(settings, tools);
        return {
          ...gateway,
          invite(request) {
            const action = gateway.invite?.(request);
            if (action?.kind !== 'REDIRECT') throw new Error('the teller has a link');
            return { ...action, url: `${action.url}&key=${key}` };
          },
        };
      },
    },
    breaks: ['an invitation is the same every time, and holds no secret', LINKS],
  },
];
