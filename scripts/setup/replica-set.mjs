// Makes sure that the server on a port is the primary of a replica set of one, and waits until it takes writes.
// It may be repeated. It runs on the pinned Node: the driver asks for a newer one than the set-up does.
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

const NOT_YET_INITIATED = 94;
const LOOK_EVERY_MS = 30;

// mongoose brings a driver of its own; another package's may lie on the ordinary path.
const { MongoClient } = createRequire(createRequire(import.meta.url).resolve('mongoose'))('mongodb');

async function configOf(admin) {
  try {
    return (await admin.command({ replSetGetConfig: 1 })).config;
  } catch (error) {
    if (error.code === NOT_YET_INITIATED) return null;
    throw error;
  }
}

async function takeStep(admin, host) {
  const hello = await admin.command({ hello: 1 });
  if (hello.isWritablePrimary && hello.me === host) return true;
  const config = await configOf(admin);
  if (config === null) {
    await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } });
  } else if (config.members[0].host !== host) {
    // The set remembers the address of the time before. The old port was taken, so it has to learn the new one.
    const members = [{ ...config.members[0], host }];
    await admin.command({ replSetReconfig: { ...config, members, version: config.version + 1 }, force: true });
  }
  return false;
}

async function ensurePrimary(port, deadlineMs) {
  const until = Date.now() + deadlineMs;
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: Math.min(deadlineMs, 2000),
    socketTimeoutMS: deadlineMs,
  });
  let reason = 'no answer';
  try {
    while (Date.now() < until) {
      try {
        if (await takeStep(client.db('admin'), `127.0.0.1:${port}`)) return;
      } catch (error) {
        reason = error.message;
      }
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    await client.close();
  }
  throw new Error(`The server on port ${port} did not become primary: ${reason}`);
}

const [port, deadlineMs] = process.argv.slice(2).map(Number);
try {
  await ensurePrimary(port, deadlineMs);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
