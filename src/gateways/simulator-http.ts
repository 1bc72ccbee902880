// HTTP as a simulator sees it: one request, and what becomes of the connection.

export interface SimulatorRequest {
  readonly method: string;
  /** What follows `/<gateway>`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names are lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export type SimulatorReply =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** No reply, and the connection stays open until the caller gives up. */
  | { readonly kind: 'hang' }
  /** No reply, and the connection is cut. */
  | { readonly kind: 'drop' };

export function reply(
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): SimulatorReply {
  return { kind: 'reply', status, headers: { 'content-type': type, ...headers }, body };
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): SimulatorReply {
  return reply(status, 'application/json', JSON.stringify(value), headers);
}

/** The members of a JSON object; none when the body is no such thing. */
export function bodyOf(request: SimulatorRequest): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };
  return text.replace(/[&<>"']/g, (character) => `&${names[character] ?? ''};`);
}
