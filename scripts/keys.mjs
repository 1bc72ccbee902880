// npm run keys: makes, lists and revokes API keys in the database of MONGODB_URL, or of a running npm start.
import { join } from 'node:path';
import { asCommand, runOnPinned } from './setup/command.mjs';
import { readJson } from './setup/files.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { dataDir, root, sourcesEnv } from './setup/paths.mjs';
import { isAlive } from './setup/processes.mjs';
import { SetupError } from './setup/report.mjs';

function mongoUrl() {
  if (process.env.MONGODB_URL) return process.env.MONGODB_URL;
  const dev = readJson(join(dataDir, 'dev.json'));
  const run = readJson(join(dataDir, 'run.json'));
  // The file outlives a kill, so it is only believed about a database that is alive or was never ours.
  if (dev !== null && (dev.pids.mongod === null || isAlive(run?.mongo))) return dev.mongoUrl;
  throw new SetupError(
    'There is no database to keep keys in. Set MONGODB_URL, or run this beside a running npm start.',
  );
}

await asCommand(async () => {
  const url = mongoUrl();
  await ensurePackages({ production: true });
  return runOnPinned(join(root, 'src', 'keys.ts'), process.argv.slice(2), sourcesEnv({ MONGODB_URL: url }));
});
