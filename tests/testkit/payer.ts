// A payer who does what an intent's next action says, at whichever provider: follows a link, pays in a widget, or answers the
// phone, which the simulators do by themselves.

import type { Controls } from './controls.ts';
import type { IntentPartsFragment } from './generated/graphql.ts';

type Payment = Pick<IntentPartsFragment, 'id' | 'nextAction' | 'amount' | 'gateway'>;

/** Begins the payment where the payer has to. It then goes on by itself. */
export async function payAsPayer(controls: Controls, { id, nextAction, amount, gateway }: Payment): Promise<void> {
  const provider = gateway.id.toLowerCase();
  switch (nextAction?.__typename) {
    case 'WidgetAction':
      await controls.post(`/${provider}/_widget`, { amount: amount.amount, data: nextAction.data });
      return;
    case 'RedirectAction': {
      const begun = (await controls.ledger(provider)).some(({ reference }) => reference === id);
      // The provider that was called knows the payment; the one that calls us hears of it from the link.
      if (!begun) await controls.post(`/${provider}/_pay`, { url: nextAction.url });
      return;
    }
    default:
      return;
  }
}
