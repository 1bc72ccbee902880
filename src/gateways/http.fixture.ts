// Replies that a test writes down, as a provider's documents show them, in place of the provider.

import type { HttpClient, HttpReply, HttpRequest } from './http.ts';

export type Answer = HttpReply | ((request: HttpRequest) => HttpReply);

export function answered(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return { kind: 'answered', status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Answers in turn; what `aside` answers by itself is none of them. */
export function inTurn(
  answers: readonly Answer[],
  aside: (request: HttpRequest) => HttpReply | null = () => null,
): { readonly http: HttpClient; readonly sent: readonly HttpRequest[] } {
  const sent: HttpRequest[] = [];
  const left = [...answers];
  const http: HttpClient = {
    async send(request) {
      sent.push(request);
      const own = aside(request);
      if (own !== null) return own;
      const answer = left.shift();
      if (answer === undefined) throw new Error(`nobody expected ${request.url}`);
      return typeof answer === 'function' ? answer(request) : answer;
    },
  };
  return { http, sent };
}
