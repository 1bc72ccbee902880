// The methods of Payme's Merchant API (sheet 7), by the state machine of sheet 8. Each answers with what stands after it.

import { z } from 'zod';
import type { ServedDesk, ServedIntent } from '../served.ts';
import {
  accountError,
  KEPT,
  NO_TRANSACTION,
  NOT_POSSIBLE,
  NOT_RPC,
  WRONG_AMOUNT,
  WRONG_PERIOD,
  type RpcError,
} from './errors.ts';
import { endingOf, TIMED_OUT, transactionOf, type PaymeTransaction } from './status.ts';

/** Sheet 11: 12 hours from Payme's own `time` (sheet 16.2); at the last millisecond it may still be performed. */
export const LIMIT_MS = 43_200_000;
/** More would not fit into one answer; whoever needs them asks for shorter periods. */
const STATEMENT_MAX = 100_000;

export type Outcome = { readonly result: object } | { readonly error: RpcError };

export interface Scene {
  readonly desk: ServedDesk;
  readonly now: () => Date;
  readonly accountField: string;
  readonly isReversible: boolean;
}

type Method = (scene: Scene, params: unknown) => Promise<Outcome>;

/**
 * SetFiscalData is not among them: it is optional, and there is no place yet where two receipts of a payment could be kept
 * (sheet 7.7). ChangePassword is the old template's alone; our keys come from the configuration (sheet 7.8).
 */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['CheckPerformTransaction', checkPerform],
  ['CreateTransaction', create],
  ['PerformTransaction', perform],
  ['CancelTransaction', cancel],
  ['CheckTransaction', check],
  ['GetStatement', statement],
]);

/** Sheet 5 says 24 characters; a longer id would do no harm, and one without an end would. */
const transactionId = z.string().regex(/^[\x21-\x7e]{1,64}$/);
/** Milliseconds, 13 digits at most. */
const instant = z.int().min(0).max(9_999_999_999_999);

const order = z.object({ amount: z.unknown().optional(), account: z.unknown().optional() });
const creation = order.extend({ id: transactionId, time: instant });
const named = z.object({ id: transactionId });
const cancellation = named.extend({ reason: z.int() });
const period = z.object({ from: instant, to: instant });

async function checkPerform(scene: Scene, params: unknown): Promise<Outcome> {
  const parsed = order.safeParse(params);
  if (!parsed.success) return no(NOT_RPC);
  const { amount, account } = parsed.data;
  const orderId = orderIn(scene, account);
  if (orderId === null) return no(accountError(-31052, scene.accountField));
  const error = refusalOf(scene, await upToDate(scene, await scene.desk.find(orderId)), amount);
  return error === null ? yes({ allow: true }) : no(error);
}

async function create(scene: Scene, params: unknown): Promise<Outcome> {
  const parsed = creation.safeParse(params);
  if (!parsed.success) return no(NOT_RPC);
  const { id, time, amount, account } = parsed.data;
  const { desk, accountField } = scene;
  const orderId = orderIn(scene, account);
  if (orderId === null) return no(accountError(-31052, accountField));
  const known = await desk.findTransaction(id);
  if (known !== null) return again(known);

  const intent = await upToDate(scene, await desk.find(orderId));
  // Opened since we looked, by the same call made twice at once.
  if (intent?.transaction?.providerId === id) return again(intent);
  const error = refusalOf(scene, intent, amount);
  if (error !== null) return no(error);
  if (isOverdue(scene, time)) return no(NOT_POSSIBLE);
  const expiresAt = new Date(time + LIMIT_MS + 1);
  const after = await desk.open(orderId, { providerId: id, time: new Date(time), expiresAt });
  if (after.transaction?.providerId === id) return again(after);
  // Somebody was faster: this very transaction on another order, another transaction on this one, or our own end of it.
  const elsewhere = await desk.findTransaction(id);
  return elsewhere === null ? no(refusalOf(scene, after, amount) ?? NOT_POSSIBLE) : again(elsewhere);

  /** The id has a row, which no later call changes (sheet 8). */
  async function again(row: ServedIntent): Promise<Outcome> {
    if (row.id !== orderId) return no(accountError(-31050, accountField));
    if (row.amount.amount !== amount) return no(WRONG_AMOUNT);
    const open = rowOf(await upToDate(scene, row));
    return open.state === 1 ? yes(picked(open, 'create_time', 'transaction', 'state')) : no(NOT_POSSIBLE);
  }
}

async function perform(scene: Scene, params: unknown): Promise<Outcome> {
  const found = await transactionIn(scene, named, params);
  if ('error' in found) return found;
  const { intent, id } = found;
  const isOpen = rowOf(intent).state === 1;
  // The clock may have struck in between: what the desk left open is then overdue.
  const after = isOpen ? await upToDate(scene, await scene.desk.perform(intent.id, id)) : intent;
  const row = rowOf(after);
  return row.state === 2 ? yes(picked(row, 'transaction', 'perform_time', 'state')) : no(NOT_POSSIBLE);
}

async function cancel(scene: Scene, params: unknown): Promise<Outcome> {
  const found = await transactionIn(scene, cancellation, params);
  if ('error' in found) return found;
  const { intent, id, reason } = found;
  const { desk, isReversible } = scene;
  const closed = rowOf(intent).state === 1 ? await desk.cancel(intent.id, id, endingOf(reason)) : intent;
  // It may have been performed while we were about to close it.
  const isPerformed = rowOf(closed).state === 2;
  // What the product itself has asked to send back, people cancel in the cabinet: that is how it goes back.
  if (isPerformed && !isReversible && !closed.isAskedBack) return no(KEPT);
  const after = isPerformed ? await desk.reverse(intent.id, id, String(reason)) : closed;
  const row = rowOf(after);
  return row.state < 0 ? yes(picked(row, 'transaction', 'cancel_time', 'state')) : no(NOT_POSSIBLE);
}

async function check(scene: Scene, params: unknown): Promise<Outcome> {
  const found = await transactionIn(scene, named, params);
  if ('error' in found) return found;
  const row = rowOf(found.intent);
  return yes(picked(row, 'create_time', 'perform_time', 'cancel_time', 'transaction', 'state', 'reason'));
}

async function statement(scene: Scene, params: unknown): Promise<Outcome> {
  const parsed = period.safeParse(params);
  if (!parsed.success) return no(NOT_RPC);
  const { from, to } = parsed.data;
  if (from > to) return no(WRONG_PERIOD);
  const transactions: object[] = [];
  for await (const intent of scene.desk.statement({ from: new Date(from), to: new Date(to) })) {
    if (transactions.length === STATEMENT_MAX)
      throw new Error(`a statement of more than ${STATEMENT_MAX} transactions`);
    const { id, time, ...row } = rowOf(await upToDate(scene, intent));
    const account = { [scene.accountField]: intent.id };
    transactions.push({ id, time, amount: intent.amount.amount, account, ...row, receivers: null });
  }
  return yes({ transactions });
}

/** Why this order cannot be paid with this amount now; null when it can. */
function refusalOf({ accountField }: Scene, intent: ServedIntent | null, amount: unknown): RpcError | null {
  if (intent === null) return accountError(-31050, accountField);
  // Text, fractions and whatever else is not a whole number of tiyin is equal to none.
  if (intent.amount.amount !== amount) return WRONG_AMOUNT;
  if (intent.status === 'PENDING') return null;
  // Another transaction holds the order: the sandbox wants -31008, others have said -31050 and -31099 (sheet 16.1).
  return intent.status === 'PROCESSING' ? NOT_POSSIBLE : accountError(-31051, accountField);
}

function orderIn({ accountField }: Scene, account: unknown): string | null {
  if (typeof account !== 'object' || account === null || !Object.hasOwn(account, accountField)) return null;
  const value: unknown = Object.entries(account).find(([name]) => name === accountField)?.[1];
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return String(value) === '' ? null : String(value);
}

/** The transaction that a call names, closed where its time is over, and what else it says. */
async function transactionIn<Params extends { readonly id: string }>(
  scene: Scene,
  schema: z.ZodType<Params>,
  params: unknown,
): Promise<(Params & { readonly intent: ServedIntent }) | { readonly error: RpcError }> {
  const parsed = schema.safeParse(params);
  if (!parsed.success) return no(NOT_RPC);
  const intent = await upToDate(scene, await scene.desk.findTransaction(parsed.data.id));
  return intent === null ? no(NO_TRANSACTION) : { ...parsed.data, intent };
}

/** Whoever touches a transaction whose time is over closes it first (sheet 8). */
async function upToDate<Found extends ServedIntent | null>(scene: Scene, intent: Found): Promise<Found | ServedIntent> {
  const row = intent === null ? null : transactionOf(intent);
  if (row?.state !== 1 || !isOverdue(scene, row.time)) return intent;
  return scene.desk.cancel(row.transaction, row.id, endingOf(TIMED_OUT));
}

/** The template compares the other way round, and so never (sheet 16.3). */
function isOverdue({ now }: Scene, time: number): boolean {
  return now().getTime() - time > LIMIT_MS;
}

function rowOf(intent: ServedIntent): PaymeTransaction {
  const row = transactionOf(intent);
  if (row === null) throw new Error(`${intent.id} has no transaction`);
  return row;
}

function picked(row: PaymeTransaction, ...names: readonly (keyof PaymeTransaction)[]): object {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function yes(result: object): Outcome {
  return { result };
}

function no(error: RpcError): { readonly error: RpcError } {
  return { error };
}
