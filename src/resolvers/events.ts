// Events: the verb that watches them.

import { mayAskAbout } from '../schema/access.ts';
import { builder, noSuchIntent, sequenceAfter } from '../schema/index.ts';

builder.subscriptionField('intentEvents', (t) =>
  t.withAuth({ read: true, client: true }).field({
    type: 'IntentEvent',
    description:
      'Every event of one payment after `after`, then each new one as it happens: in order, without a gap or a ' +
      'repeat. Completes after the event that ends the payment. NOT_FOUND: there is no such payment for this viewer.',
    args: {
      intentId: t.arg.id({ required: true, description: 'The payment.' }),
      after: t.arg.int({
        description: 'The last sequence that was seen. Left out: from the first. Below 0: BAD_USER_INPUT.',
      }),
    },
    subscribe: async (_root, args, { viewer, services }) => {
      const after = sequenceAfter(args.after);
      const id = args.intentId;
      const items = mayAskAbout(viewer, id) ? await services.events.watch(viewer, id, after) : null;
      if (items !== null) return items;
      throw noSuchIntent();
    },
    // Pure, and without a look at the arguments: every watcher of one event is given the same item, and it may be resolved
    // once for all with equal rights, whatever they passed to find it.
    resolve: (item) => item,
    extensions: { passesItem: true },
  }),
);
