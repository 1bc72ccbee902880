// As much of the zip format as it takes to get one file out of an archive without loading the archive into memory.
// Format: PKWARE APPNOTE.TXT, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const COMMENT_LENGTH_MAX = 65_535;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;
const STORED = 0;
const DEFLATED = 8;

async function readAt(handle, position, length) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function centralDirectory(handle) {
  const { size } = await handle.stat();
  const last = await readAt(
    handle,
    Math.max(0, size - END_LENGTH - COMMENT_LENGTH_MAX),
    END_LENGTH + COMMENT_LENGTH_MAX,
  );
  for (let at = last.length - END_LENGTH; at >= 0; at -= 1) {
    if (last.readUInt32LE(at) !== END_SIGNATURE) continue;
    return readAt(handle, last.readUInt32LE(at + 16), last.readUInt32LE(at + 12));
  }
  throw new Error('This is not a zip archive.');
}

function findEntry(directory, wanted) {
  for (let at = 0; at < directory.length;) {
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength);
    if (wanted(name)) {
      return {
        method: directory.readUInt16LE(at + 10),
        packedLength: directory.readUInt32LE(at + 20),
        localAt: directory.readUInt32LE(at + 42),
      };
    }
    at += ENTRY_LENGTH + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error('The archive does not hold the file that was looked for.');
}

/** Writes the first entry whose name `wanted` accepts to the file `target`. */
export async function extract(archive, wanted, target) {
  const handle = await open(archive);
  let entry;
  let start;
  try {
    entry = findEntry(await centralDirectory(handle), wanted);
    // The local header repeats the name, and has an extra field of its own length.
    const local = await readAt(handle, entry.localAt, LOCAL_LENGTH);
    start = entry.localAt + LOCAL_LENGTH + local.readUInt16LE(26) + local.readUInt16LE(28);
  } finally {
    await handle.close();
  }
  const packed = createReadStream(archive, { start, end: start + entry.packedLength - 1 });
  if (entry.method === STORED) return pipeline(packed, createWriteStream(target));
  if (entry.method === DEFLATED) return pipeline(packed, createInflateRaw(), createWriteStream(target));
  throw new Error(`The archive packs the file in a way that is not read here (${entry.method}).`);
}
