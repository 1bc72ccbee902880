// How a gateway talks HTTP. The client tells apart what a caller must tell apart with money: a request that never left, one
// that left and was answered, and one that left and whose end is not known. `src/outbound.ts` is the real one.

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** From the first byte sent to the last one read. */
  readonly timeoutMs: number;
  /**
   * `read`: has no effect and may be sent again at once after a failure. `write`: is sent once, whatever happens.
   * Each has a breaker of its own, so that a sick status page does not stop payments.
   */
  readonly effect: 'read' | 'write';
  /**
   * Some providers put ordinary answers ("not yet", "unknown") under a 5xx. Such a reply is neither asked for again nor
   * counted against the provider's health. Left out: every 5xx is a failure.
   */
  readonly isOrdinary?: (status: number, text: string) => boolean;
}

export type HttpReply =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    }
  /** Nothing left this machine: refused connection, no such host, breaker open, queue full. A definite no. */
  | { readonly kind: 'unsent'; readonly reason: string }
  /** Sent, and not answered in full: timeout, reset, a body over the cap. It may have had its effect. */
  | { readonly kind: 'silent'; readonly reason: string };

export interface HttpClient {
  send(request: HttpRequest): Promise<HttpReply>;
}

/** The largest reply that is read, in bytes. */
export const REPLY_BYTES_MAX = 1_048_576;

/** The body as JSON, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
