// What every floor does first and last: take its input, and say where it listens.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Listening } from '../server.ts';

export function inputOf<Input>(): Input {
  return JSON.parse(process.argv[2] ?? '{}') as Input;
}

export function say(listening: Omit<Listening, 'msg'>): void {
  process.stdout.write(`${JSON.stringify({ msg: 'listening', ...listening } satisfies Listening)}\n`);
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The barest JSON over HTTP that is of use: the body read and parsed, the answer printed. */
export async function serveJson<Body>(answer: (body: Body) => object | Promise<object>): Promise<void> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const answered = answer(JSON.parse(Buffer.concat(chunks).toString()) as Body);
      if (answered instanceof Promise)
        answered.then(
          (value) => send(res, value),
          (error: unknown) => fail(res, error),
        );
      else send(res, answered);
    });
  });
  say({ url: await listen(server) });
}

function send(res: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  res.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

function fail(res: ServerResponse, error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
  res.writeHead(500).end();
}
