// A product backend, and a pay page: typed calls over HTTP, and the stream over both transports.

import { print, type DocumentNode, type ExecutionResult } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { createClient } from 'graphql-ws';
import { IntentEvents } from './documents.ts';
import type { IntentEventsSubscription } from './generated/graphql.ts';

export type StreamEvent = IntentEventsSubscription['intentEvents'];

export interface Client {
  /** The data; throws, with all that was sent back, when there are top-level errors. */
  call<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;
  /** Whatever comes back. */
  raw<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<{ status: number; headers: Headers; body: ExecutionResult<Data> }>;
  /** Every event after `after`, until the server completes the stream. */
  watch(transport: Transport, intentId: string, after?: number): AsyncIterableIterator<StreamEvent>;
}

export type Transport = 'ws' | 'sse';
export const TRANSPORTS: readonly Transport[] = ['ws', 'sse'];

export function createTestClient(graphqlUrl: string, credential: string): Client {
  const authorization = `Bearer ${credential}`;

  async function raw<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
    const response = await fetch(graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', authorization },
      body: JSON.stringify({ query: textOf(document), variables }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as ExecutionResult<Data>,
    };
  }

  return {
    raw,
    async call(document, variables) {
      const { status, body } = await raw(document, variables);
      if (body.errors !== undefined || body.data == null) throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`);
      return body.data;
    },
    watch: (transport, intentId, after) =>
      transport === 'ws'
        ? watchSocket(graphqlUrl, credential, { intentId, after: after ?? null })
        : watchServerSentEvents(graphqlUrl, authorization, { intentId, after: after ?? null }),
  };
}

/** The first that fits, with all that came before it. Leaves the stream. */
export async function until<T>(stream: AsyncIterable<T>, fits: (item: T) => boolean): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of stream) {
    seen.push(item);
    if (fits(item)) break;
  }
  return seen;
}

/** All of a stream, until the server ends it. */
export const all = <T>(stream: AsyncIterable<T>): Promise<T[]> => until(stream, () => false);

interface WatchVariables {
  readonly intentId: string;
  readonly after: number | null;
}

async function* watchSocket(
  graphqlUrl: string,
  credential: string,
  variables: WatchVariables,
): AsyncIterableIterator<StreamEvent> {
  const client = createClient({
    url: graphqlUrl.replace('http', 'ws'),
    retryAttempts: 0,
    lazy: true,
    connectionParams: credential.startsWith('ct_') ? { clientToken: credential } : { apiKey: credential },
  });
  try {
    for await (const { data, errors } of client.iterate({ query: textOf(IntentEvents), variables: { ...variables } })) {
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      yield (data as unknown as IntentEventsSubscription).intentEvents;
    }
  } catch (error) {
    // The client throws what the server sent: a list of GraphQL errors, or the close event.
    if (error instanceof Error) throw error;
    const { code, reason } = error as { code?: number; reason?: string };
    throw new Error(code === undefined ? JSON.stringify(error) : `closed ${code}: ${reason}`, { cause: error });
  } finally {
    await client.dispose();
  }
}

async function* watchServerSentEvents(
  graphqlUrl: string,
  authorization: string,
  variables: WatchVariables,
): AsyncIterableIterator<StreamEvent> {
  const leaving = new AbortController();
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization },
    body: JSON.stringify({ query: textOf(IntentEvents), variables }),
    signal: leaving.signal,
  });
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  let text = '';
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const lines = block.split('\n');
        if (lines.includes('event: complete')) return;
        const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length) ?? '';
        if (!lines.includes('event: next')) continue;
        const result = JSON.parse(data) as ExecutionResult<IntentEventsSubscription>;
        if (result.errors !== undefined || result.data == null) throw new Error(data);
        yield result.data.intentEvents;
      }
    }
    throw new Error('the stream was cut');
  } finally {
    leaving.abort();
  }
}

/** Printed once: the server knows a document that it has seen. */
const texts = new WeakMap<DocumentNode, string>();
function textOf(document: DocumentNode): string {
  const text = texts.get(document) ?? print(document);
  texts.set(document, text);
  return text;
}
