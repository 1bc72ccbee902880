// The one schema builder: which TypeScript type stands behind each noun, what a resolver is given, and the rules that
// hold for every root field. Nouns have files of their own here, verbs in resolvers/.

import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Failure } from '../core/failure.ts';
import type { Intent, MetadataEntry, NextAction, PaymentMode } from '../core/intent.ts';
import type { Money } from '../core/money.ts';
import type { Refund } from '../core/refund.ts';
import type { RouteCandidate } from '../core/routing.ts';
import type { GatewayInfo, IntentAnswer, IntentView, Services, StreamItem, Viewer } from '../services/index.ts';
import { refuseAccess, rightsOf, type Rights } from './access.ts';
import { CONNECTIONS } from './connection.ts';
import { COST_MAX, COST_PLUGIN, tooCostly } from './cost.ts';

/** What a resolver is given. One object an operation: the cost and the rights are worked out once for each. */
export interface Context {
  /** null: the request brought no credential, or none that is good. */
  readonly viewer: Viewer | null;
  readonly services: Services;
  readonly requestId: string;
}

/** Behind a rule that has passed there is a viewer. */
interface KnownContext extends Context {
  readonly viewer: Viewer;
}

/** A refund knows its currency only through its intent. */
type RefundView = Refund & { readonly currency: string };

type Action<Kind extends NextAction['kind']> = Extract<NextAction, { readonly kind: Kind }>;

/** The type behind each noun. */
interface Nouns {
  Money: Money;
  PaymentIntent: IntentView;
  PaymentFailure: Failure;
  Refund: RefundView;
  IntentEvent: StreamItem;
  MetadataEntry: MetadataEntry;
  Gateway: GatewayInfo;
  PaymentMethod: { readonly gateway: string; readonly paymentMode: PaymentMode };
  RouteCandidate: RouteCandidate;
  PhonePushAction: Action<'PHONE_PUSH'>;
  WidgetAction: Action<'WIDGET'>;
  RedirectAction: Action<'REDIRECT'>;
  ClientSecretAction: Action<'CLIENT_SECRET'>;
  CreateIntentSuccess: IntentAnswer;
  CancelIntentSuccess: IntentAnswer;
  VerifyKkiapaySuccess: IntentAnswer;
  RefundIntentSuccess: { readonly refund: Refund; readonly intent: Intent; readonly replayed: boolean };
  RefreshIntentSuccess: { readonly intent: Intent };
}

export const builder = new SchemaBuilder<{
  Context: Context;
  Objects: Nouns;
  Scalars: {
    ID: { Input: string; Output: string };
    MinorUnits: { Input: number; Output: number };
    CurrencyCode: { Input: string; Output: string };
    CountryCode: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
  };
  DefaultFieldNullability: false;
  AuthScopes: Rights;
  AuthContexts: Record<keyof Rights, KnownContext>;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
}>({
  // The first is the outermost: who asks is known before what it would cost, and both before anything is done.
  plugins: [ScopeAuthPlugin, COST_PLUGIN, ErrorsPlugin, RelayPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ viewer }) => rightsOf(viewer),
    unauthorizedError: (_parent, { viewer }, _info, { failure }) => refuseAccess(viewer, failure),
  },
  complexity: {
    limit: { complexity: COST_MAX },
    complexityError: (_kind, { complexity }) => tooCostly(complexity),
  },
  relay: CONNECTIONS,
});

// A rule on the root types themselves: a root field whose own rule were forgotten would still be closed to strangers.
builder.queryType({ description: 'What can be read.', authScopes: { known: true } });
builder.mutationType({
  description:
    'What can be done. Every mutation answers with what it made or with a problem; two mutations of one document run ' +
    'one after the other.',
  authScopes: { known: true },
});
builder.subscriptionType({ description: 'What can be watched, live.', authScopes: { known: true } });
