// The worker process: queued jobs and the sweeper. Run as many as you like.

import { serve } from './serve.ts';

await serve({ api: false, work: true });
