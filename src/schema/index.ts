// Every noun. Importing this defines them all on the one builder.

import './scalars.ts';
import './enums.ts';
import './money.ts';
import './gateway.ts';
import './next-action.ts';
import './refund.ts';
import './intent.ts';
import './problems.ts';

export { builder, type Context } from './builder.ts';
export { noSuchIntent, sequenceAfter } from './event.ts';
export {
  CancelIntentInput,
  CreateIntentInput,
  IntentFilterInput,
  RefundIntentInput,
  RouteInput,
  VerifyKkiapayInput,
} from './inputs.ts';
