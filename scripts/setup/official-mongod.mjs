// Fetches MongoDB's own server for this system into the folder that is named. Its last line is the server's path, or why
// there is none. It runs on the pinned Node: the package asks for a newer one than the set-up does.
import { MongoBinary } from 'mongodb-memory-server-core';

try {
  const file = await MongoBinary.getPath({ downloadDir: process.argv[2] });
  process.stdout.write(`\n${file}\n`);
} catch (error) {
  process.stdout.write(`\n${error.message.replaceAll(/\s+/g, ' ')}\n`);
  process.exitCode = 1;
}
