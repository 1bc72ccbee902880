// A token that a provider gives for a while against our credentials. It is the one thing that a gateway keeps between calls:
// in memory, for this process alone, shared by all calls, fetched once for however many wait.

interface AccessToken {
  readonly kind: 'token';
  readonly value: string;
  readonly livesMs: number;
}

/** There is no token to be had, and why, in the gateway's own words. */
interface NoToken<Reason> {
  readonly kind: 'no-token';
  readonly reason: Reason;
}

export type TokenAnswer<Reason> = AccessToken | NoToken<Reason>;

export interface AccessTokens<Reason> {
  /**
   * Makes a call with a token that still lives. Where the provider refuses the token itself, whatever was asked has not been
   * looked at: the call is made once more with a new one, also when it moves money. Only once, because a product that is
   * not enabled for us is refused in the same words.
   */
  use<Reply>(
    call: (token: string) => Promise<Reply>,
    isRefused: (reply: Reply) => boolean,
  ): Promise<{ readonly kind: 'called'; readonly reply: Reply } | NoToken<Reason>>;
}

interface Parts<Reason> {
  /** Bounded by its own deadline. That there is none is not kept: the next call asks again. */
  fetch(): Promise<TokenAnswer<Reason>>;
  now(): Date;
  /** A token that lives shorter than this is not used any more: it could run out on its way. */
  readonly marginMs?: number;
}

const MARGIN_MS = 60_000;

export function keepAccessToken<Reason>({ fetch, now, marginMs = MARGIN_MS }: Parts<Reason>): AccessTokens<Reason> {
  let kept: { readonly value: string; readonly until: number } | null = null;
  let coming: Promise<TokenAnswer<Reason>> | null = null;

  async function current(): Promise<TokenAnswer<Reason>> {
    const livesMs = (kept?.until ?? 0) - now().getTime();
    if (kept !== null && livesMs >= marginMs) return { kind: 'token', value: kept.value, livesMs };
    coming ??= renew().finally(() => {
      coming = null;
    });
    return coming;
  }

  async function renew(): Promise<TokenAnswer<Reason>> {
    const answer = await fetch();
    if (answer.kind === 'token') kept = { value: answer.value, until: now().getTime() + answer.livesMs };
    return answer;
  }

  return {
    async use(call, isRefused) {
      const first = await current();
      if (first.kind !== 'token') return first;
      const reply = await call(first.value);
      if (!isRefused(reply)) return { kind: 'called', reply };
      // Of many calls that were refused with one token, only the first finds it still kept.
      if (kept?.value === first.value) kept = null;
      const second = await current();
      return second.kind === 'token' ? { kind: 'called', reply: await call(second.value) } : second;
    },
  };
}
