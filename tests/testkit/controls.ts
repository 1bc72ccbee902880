// The simulators' control calls: their books, their moods, and what the payer does with the phone.

export interface LedgerEntry {
  /** Ours: the intent of a payment and of its refunds. null when nobody brought one. */
  readonly reference: string | null;
  /** Ours, of this one operation: attempt or refund. null where the provider takes none. */
  readonly operationId: string | null;
  readonly providerId: string;
  readonly kind: 'collect' | 'refund' | 'disburse';
  readonly amount: number;
  readonly currency: string;
  readonly state: string;
  readonly at: string;
}

export interface Script {
  readonly times: number;
  readonly on?: 'collect' | 'lookup' | 'refund' | 'disburse';
  readonly mood?: string;
  readonly callback?: string;
}

export interface Controls {
  ledger(gateway: string): Promise<readonly LedgerEntry[]>;
  script(gateway: string, script: Script): Promise<void>;
  phone(gateway: string, reference: string, action: string): Promise<void>;
  /** Any other call to a simulator, as a payer's browser would make it. */
  post(path: string, body: unknown): Promise<unknown>;
}

export function createControls(simulatorUrl: string): Controls {
  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${simulatorUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  return {
    post,
    async ledger(gateway) {
      const response = await fetch(`${simulatorUrl}/${gateway}/_ledger`);
      return (await response.json()) as LedgerEntry[];
    },
    async script(gateway, script) {
      await post(`/${gateway}/_script`, { mood: 'normal', callback: 'normal', ...script });
    },
    async phone(gateway, reference, action) {
      await post(`/${gateway}/_phone`, { reference, action });
    },
  };
}
