// Stripe's own package as others use it: a merchant's client before the simulator's root, and the signer of events.

import Stripe from 'stripe';

/** As its documents say how to point it elsewhere (sheet, "Pointing the npm client at a simulator"). */
export function officialClient(simulatorUrl: string, secretKey: string): Stripe {
  const { hostname, port } = new URL(simulatorUrl);
  return new Stripe(secretKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

/** The header that Stripe would send with this body. */
export function signatureOf(payload: string, secret: string, atSeconds: number): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: atSeconds });
}

/** What the SDK throws for a call that is refused. */
export async function refusal(made: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error: unknown = await made.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error('it was not refused');
}
