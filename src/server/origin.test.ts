// Goal: a page is answered when its origin is on the list, and never with credentials (B11).

import { describe, expect, it } from 'vitest';
import { post, useDoors } from './door.fixture.ts';

const open = useDoors();

describe('pages of other origins', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

  it('are answered when they are on the list, and never with credentials', async () => {
    const { url } = await open({ allowedOrigins: ['https://pay.example'] });
    const origin = 'https://pay.example';
    const asked = await fetch(url, { method: 'OPTIONS', headers: { origin, ...preflight } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const { status, headers } = await post(url, { query: '{ __typename }' }, { origin });
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([200, origin, 'origin']);
    for (const one of [asked.headers, headers]) expect(one.has('access-control-allow-credentials')).toBe(false);
  });

  it('see errors too, when they are on the list', async () => {
    const { url } = await open({ allowedOrigins: ['https://pay.example'] });
    const { headers } = await post(url, '{', { origin: 'https://pay.example' });
    expect(headers.get('access-control-allow-origin')).toBe('https://pay.example');
  });

  it.each(['https://evil.example', 'https://pay.example.evil.example', 'null'])(
    'such as %s are not',
    async (origin) => {
      const { url } = await open({ allowedOrigins: ['https://pay.example'] });
      const asked = await fetch(url, { method: 'OPTIONS', headers: { origin, ...preflight } });
      expect(asked.status).toBe(403);
      const { headers } = await post(url, { query: '{ __typename }' }, { origin });
      for (const one of [asked.headers, headers]) expect(one.has('access-control-allow-origin')).toBe(false);
    },
  );

  it('are all told the same in development', async () => {
    const { url } = await open({ allowedOrigins: ['*'] });
    const { headers } = await post(url, { query: '{ __typename }' }, { origin: 'https://any.example' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });
});
