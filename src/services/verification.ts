// verifyKkiapay: a payment made in KkiaPay's own widget is matched to its intent by the transaction id that the page got.
// The page proves nothing: KkiaPay's status answer settles, and only for the intent that it fits.

import { InvalidState, ValidationProblem, VerificationProblem } from '../core/errors.ts';
import { revise, type Cause, type Intent, type Moment } from '../core/intent.ts';
import type { PaymentReport } from '../core/report.ts';
import { transactionIdRule } from '../core/rules.ts';
import { mismatchOf, review, settle, type Mismatch } from '../core/settle.ts';
import { besideTwin, type Asker } from './ask.ts';
import { Taken, type Changer, type ChangeWorld } from './change.ts';
import type { Intents } from './index.ts';
import { conflictIfTaken, intentOf, isRepeat, recordOf } from './intents.ts';
import { step } from './steps.ts';

const TEXTS: Readonly<Record<Mismatch, string>> = {
  TRANSACTION_ALREADY_USED: 'This transaction belongs to another payment.',
  AMOUNT_MISMATCH: 'The transaction was made for another amount or currency than this payment.',
  WRONG_ENVIRONMENT:
    "The transaction was made in KkiaPay's other environment (sandbox or live) than this gateway runs in.",
};
const KEYS_MAX = 150;

export function createVerification(world: ChangeWorld, changer: Changer, asker: Asker): Intents['verifyKkiapay'] {
  const { intents, gateways } = world;

  return async (viewer, { idempotencyKey, intentId, transactionId }) => {
    const record = recordOf('verify', idempotencyKey, { intentId, transactionId });
    const message = transactionIdRule(transactionId);
    if (message !== null) throw new ValidationProblem(['input', 'transactionId'], message);
    const intent = await intentOf(world, viewer, intentId, ['input', 'intentId']);
    if (isRepeat(intent, record)) return { intent, replayed: true };
    if (intent.gateway !== 'kkiapay') {
      throw new VerificationProblem('NOT_SUPPORTED', `This payment goes through ${intent.gateway}, not KkiaPay.`);
    }
    const known = intent.gatewayTransactionId === transactionId;
    const cause = { kind: 'key', id: viewer.keyId } as const;
    if (intent.status === 'SUCCEEDED' && !known) {
      await keepSecond(intent, await confirmed(intent, transactionId), cause);
      throw new InvalidState(intent.status, 'This payment was already made, with another transaction.');
    }
    const holder = await intents.findByTransaction('kkiapay', transactionId);
    if (holder !== null && holder.id !== intent.id) throw refusal('TRANSACTION_ALREADY_USED');
    const report = await confirmed(intent, transactionId);
    step('verified', intent.gateway, intent.id);

    const environment = gateways.get('kkiapay')?.gateway.environment ?? 'live';
    const mismatch = mismatchOf(intent, report, environment);
    if (mismatch !== null) {
      if (mismatch === 'AMOUNT_MISMATCH' && report.reference !== null) {
        // The transaction names this very intent: somebody's money is there, and people must look (I5).
        await changer.change(intent, cause, (current, now) =>
          review(current, `${mismatch}: transaction ${transactionId}`, now),
        );
      }
      throw refusal(mismatch);
    }
    const twin = await asker.paidTwin(intent, report);
    let replayed = false;
    const decide = (current: Intent, moment: Moment): Intent => {
      replayed = isRepeat(current, record);
      if (replayed) return current;
      const settled = besideTwin(current, settle(current, report, environment, moment), twin, moment);
      if (report.state === 'pending') return settled;
      // Nothing was done that a repeat could do twice; a page that asks for ever must not grow the document for ever.
      if (settled === current && current.keys.length >= KEYS_MAX) return current;
      return revise(settled, { keys: [...settled.keys, record] }, moment.at);
    };
    const after = await changer.change(intent, cause, decide).catch((error: unknown) => {
      if (error instanceof Taken && error.what === 'transaction') throw refusal('TRANSACTION_ALREADY_USED');
      return conflictIfTaken(error);
    });
    if (report.state === 'pending') throw notFinished();
    return { intent: after, replayed };
  };

  /** A payer who has paid a second time: no callback may ever tell of it, so people hear of it now (I4). */
  async function keepSecond(intent: Intent, report: PaymentReport, cause: Cause): Promise<void> {
    const { reference } = report;
    // One that names another payment, or none, says nothing about this one.
    const isOurs = reference === intent.id || intent.attempts.some(({ id }) => id === reference);
    if (isOurs && report.state === 'pending') throw notFinished();
    if (isOurs) await asker.apply(intent, report, cause);
  }

  async function confirmed(intent: Intent, transactionId: string): Promise<PaymentReport> {
    const outcome = await asker.ask(intent, transactionId);
    switch (outcome.kind) {
      case 'found':
        return outcome.report;
      case 'absent':
      case 'unaskable':
        throw new VerificationProblem('NOT_VERIFIED', 'KkiaPay knows no such transaction.', true);
      case 'unknown':
        throw new VerificationProblem('NOT_VERIFIED', 'KkiaPay could not be asked; try again with the same key.', true);
    }
  }
}

function notFinished(): VerificationProblem {
  return new VerificationProblem('NOT_VERIFIED', 'KkiaPay has not finished this transaction yet; try again.', true);
}

function refusal(mismatch: Mismatch): VerificationProblem {
  return new VerificationProblem(mismatch, TEXTS[mismatch]);
}
