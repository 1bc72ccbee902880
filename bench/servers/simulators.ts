// The providers' simulators in a process of their own, as providers are. Nothing listens for their callbacks, and the
// benches ask for none.

import { definitions } from '../../src/config.ts';
import { startSimulators } from '../../src/simulators.ts';
import { say } from './listen.ts';

const NOBODY = 'http://127.0.0.1:9';

const { url, env } = await startSimulators({ definitions, port: 0, booksDir: null, webhookUrl: () => NOBODY });
say({ url, env });
