// Thousands of WebSocket clients in one process, as cheap as can be: bare sockets that find the frames and do not look
// into them while the clock runs. What came is looked at afterwards.

import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { monotonicMs } from './machine.ts';

const OPEN_MS = 120_000;
const EVENT_MS = 20_000;
const TEXT = 0x1;
const PING = 0x9;
const PONG = 0xa;
/** Larger than whatever a server sends here at once. */
const READ_BYTES = 65_536;
const FRAME_BYTES = 2_048;

/** What a client says, and the words it waits for before it says the next. `[<id>]` becomes the member's own id. */
export interface Step {
  readonly send: string;
  readonly until: string;
}

export interface Arrived {
  /** When the last socket had it, by the clock of `monotonicMs`. */
  readonly endedAt: number;
  /** What each socket was sent, in the order of the members. */
  readonly texts: readonly string[];
}

export interface Crowd {
  /** Calls `armed` once a message would be noticed, and waits until every socket has one. */
  event(armed: () => void): Promise<Arrived>;
}

interface Member {
  readonly socket: Socket;
  /** The last text that came. */
  readonly last: Buffer;
  lastBytes: number;
  /** The beginning of a frame whose end has not come. */
  rest: Buffer | null;
  onText: ((member: Member) => void) | null;
}

export interface CrowdPlan {
  readonly url: string;
  /** One for each socket. */
  readonly ids: readonly string[];
  /** How many may be on their way in at a time. */
  readonly atOnce: number;
  readonly protocol: string | null;
  readonly steps: readonly Step[];
}

export async function openCrowd({ url, ids, atOnce, protocol, steps }: CrowdPlan): Promise<Crowd> {
  const members: Member[] = [];
  const count = ids.length;
  let faults = 0;
  const openSome = async (): Promise<void> => {
    while (members.length < count) {
      const id = ids[members.length] ?? '';
      const member = newMember(url);
      members.push(member);
      await greet(member, url, protocol, stepsOf(id, steps));
      member.socket.once('close', () => (faults += 1));
    }
  };
  const opening = Promise.all(Array.from({ length: atOnce }, openSome));
  await within(OPEN_MS, opening, () => `${url}: ${members.length} of ${count} sockets were begun`);

  return {
    async event(armed) {
      let arrived = 0;
      const all = Promise.withResolvers<number>();
      const onText = (): void => {
        arrived += 1;
        if (arrived === members.length) all.resolve(monotonicMs());
      };
      for (const member of members) member.onText = onText;
      armed();
      const endedAt = await within(EVENT_MS, all.promise, () => `${url}: ${arrived} of ${count} sockets had the event`);
      if (faults > 0) throw new Error(`${url}: ${faults} sockets were closed`);
      return { endedAt, texts: members.map(textOf) };
    },
  };
}

function stepsOf(id: string, steps: readonly Step[]): readonly Step[] {
  return steps.map(({ send, until }) => ({ send: send.replaceAll('[<id>]', id), until }));
}

async function within<Value>(ms: number, work: Promise<Value>, state: () => string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${state()} after ${ms} ms`)), ms);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** Read into one buffer that all share: a read is taken in before the next begins. */
const shared = Buffer.alloc(READ_BYTES);

function newMember(url: string): Member {
  const { hostname, port } = new URL(url);
  const onread = {
    buffer: shared,
    callback: (bytes: number): boolean => {
      take(member, shared.subarray(0, bytes));
      return true;
    },
  };
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
  const member: Member = { socket, last: Buffer.alloc(FRAME_BYTES), lastBytes: 0, rest: null, onText: null };
  return member;
}

async function greet(member: Member, url: string, protocol: string | null, steps: readonly Step[]): Promise<void> {
  const { socket } = member;
  const failed = Promise.withResolvers<never>();
  const onClose = (): void => failed.reject(new Error(`${url}: a socket was closed: ${textOf(member)}`));
  socket.on('error', () => undefined);
  socket.once('close', onClose);
  const said = async (send: () => void, until: string): Promise<void> => {
    const heard = Promise.withResolvers<undefined>();
    member.onText = () => {
      if (textOf(member).includes(until)) heard.resolve(undefined);
    };
    send();
    await Promise.race([heard.promise, failed.promise]);
  };
  const key = randomBytes(16).toString('base64');
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  await said(() => socket.write(upgradeOf(url, key, protocol)), accept);
  for (const { send, until } of steps) await said(() => socket.write(frameOf(TEXT, Buffer.from(send))), until);
  socket.off('close', onClose);
}

function upgradeOf(url: string, key: string, protocol: string | null): string {
  const { host, pathname } = new URL(url);
  const lines = [
    ...[`GET ${pathname} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`],
    ...(protocol === null ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A frame of a client, which has to mask what it says. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  // Masked with zeros, the payload stays as it is.
  return Buffer.concat([head, payload]);
}

function take(member: Member, bytes: Buffer): void {
  const data = member.rest === null ? bytes : Buffer.concat([member.rest, bytes]);
  member.rest = null;
  let at = 0;
  while (at < data.length) {
    const used = takeOne(member, data, at);
    if (used === 0) {
      member.rest = Buffer.from(data.subarray(at));
      return;
    }
    at += used;
  }
}

/** How many bytes were taken; 0 when the rest has yet to come. */
function takeOne(member: Member, data: Buffer, at: number): number {
  const first = data[at] ?? 0;
  // The answer to the upgrade is the only thing that is no frame.
  if (first === 0x48) {
    const end = data.indexOf('\r\n\r\n', at);
    if (end === -1) return 0;
    return keep(member, data.subarray(at, end), end + 4 - at);
  }
  const short = (data[at + 1] ?? 0) & 0x7f;
  const headBytes = short === 126 ? 4 : 2;
  if (data.length < at + headBytes) return 0;
  const size = short === 126 ? data.readUInt16BE(at + 2) : short;
  const end = at + headBytes + size;
  if (data.length < end) return 0;
  const payload = data.subarray(at + headBytes, end);
  if (first === (0x80 | TEXT)) return keep(member, payload, headBytes + size);
  if (first === (0x80 | PING)) member.socket.write(frameOf(PONG, payload));
  return headBytes + size;
}

function keep(member: Member, payload: Buffer, used: number): number {
  member.lastBytes = payload.copy(member.last);
  member.onText?.(member);
  return used;
}

function textOf({ last, lastBytes }: Member): string {
  return last.toString('utf8', 0, lastBytes);
}
