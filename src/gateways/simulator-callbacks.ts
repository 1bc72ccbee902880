// How a simulator calls us back: once or many times, in or out of order, signed or forged, and again until we answer 2xx.

import type { SimulatorPlan } from './simulator.ts';
import type { Books, Operation } from './simulator-books.ts';
import type { Timers } from './simulator-timers.ts';

/** What a plan writes a callback for. */
export interface Delivery {
  /** `stale`: what was true, or said, before the end. */
  readonly stage: 'final' | 'stale';
  readonly signature: 'right' | 'wrong';
  /** When it is sent. */
  readonly at: Date;
}

export interface CallbackMessage {
  /** Where a provider that is told so with each payment calls; left out, the gateway's own webhook. */
  readonly url?: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Caller<Detail> {
  /** Resolves when each first try is over; later tries go on by themselves. Never rejects. */
  call(operation: Operation<Detail>): Promise<void>;
  close(): void;
}

const DUPLICATES = 5;
const CALL_TIMEOUT_MS = 10_000;

interface Parts<Detail> {
  readonly plan: Pick<SimulatorPlan<Detail>, 'callback' | 'callbackPausesMs'>;
  readonly books: Books<Detail>;
  readonly timers: Timers;
  readonly webhookUrl: () => string;
}

export function createCaller<Detail>({ plan, books, timers, webhookUrl }: Parts<Detail>): Caller<Detail> {
  const closing = new AbortController();
  const waiting = new Set<() => void>();

  return { call, close };

  async function call(operation: Operation<Detail>): Promise<void> {
    switch (operation.callback) {
      case 'none':
        return;
      case 'duplicate':
        await Promise.all(Array.from({ length: DUPLICATES }, () => deliver(operation, 'final', 'right', 0)));
        return;
      case 'reordered':
        await deliver(operation, 'final', 'right', 0);
        await deliver(operation, 'stale', 'right', 0);
        return;
      case 'forged':
        await deliver(operation, 'final', 'wrong', 0);
        return;
      case 'normal':
      case 'wrong-amount':
      case 'wrong-currency':
      case 'early':
      case 'late':
        await deliver(operation, 'final', 'right', 0);
        return;
    }
  }

  async function deliver(
    operation: Operation<Detail>,
    stage: Delivery['stage'],
    signature: Delivery['signature'],
    tried: number,
  ): Promise<void> {
    // Written anew for every try: its signature holds the time.
    const messages = [plan.callback(operation, { stage, signature, at: timers.now() }) ?? []].flat();
    let taken = true;
    for (const message of messages) taken = (await post(message)) && taken;
    const pauseMs = plan.callbackPausesMs[tried];
    // Whoever forges a callback does not come back to see whether it was taken.
    if (taken || signature === 'wrong' || pauseMs === undefined) return markTold(operation);
    if (closing.signal.aborted) return;
    const cancel = timers.after(pauseMs, () => {
      waiting.delete(cancel);
      void deliver(operation, stage, signature, tried + 1);
    });
    waiting.add(cancel);
  }

  async function post({ url = webhookUrl(), headers, body }: CallbackMessage): Promise<boolean> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  function markTold({ kind, providerId }: Operation<Detail>): void {
    const current = books.find(kind, providerId);
    if (current !== null && !current.told && !closing.signal.aborted) books.write({ ...current, told: true });
  }

  function close(): void {
    closing.abort();
    for (const cancel of waiting) cancel();
    waiting.clear();
  }
}
