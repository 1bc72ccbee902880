// What the door counts. src/metrics.ts keeps the figures; a test may count for itself.

export type Route = 'graphql' | 'webhooks' | 'health' | 'none';

export interface Metrics {
  /** An answer has begun. `seconds` is what the caller waited for it. */
  answered(route: Route, status: number, seconds: number): void;
  /** An error was shown, by `extensions.code`. */
  refused(code: string): void;
  socketOpened(): void;
  socketClosed(code: number): void;
  streamOpened(transport: 'ws' | 'sse'): void;
  streamClosed(transport: 'ws' | 'sse'): void;
  /** An event was sent to one watcher. */
  eventSent(transport: 'ws' | 'sse'): void;
  /** An event was executed, once for all watchers of equal rights who asked alike. */
  eventExecuted(): void;
  webhookReceived(gateway: string, received: string): void;
}
