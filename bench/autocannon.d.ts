// The part of autocannon that is used here; the package brings no types.

declare module 'autocannon' {
  export interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Seconds until a request counts as lost. */
    readonly timeout: number;
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Every `[<id>]` in the body becomes an id that no other request has. */
    readonly idReplacement: boolean;
    /** Called for each connection, before it asks. */
    readonly setupClient: (client: { setBody(body: string): void }) => void;
  }

  export interface Result {
    /** Seconds, to the hundredth. */
    readonly duration: number;
    readonly errors: number;
    readonly timeouts: number;
    readonly resets: number;
    readonly non2xx: number;
    readonly '2xx': number;
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
  }

  export default function autocannon(options: Options): Promise<Result>;
}
