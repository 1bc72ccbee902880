// The API process: the door, and nothing that works in the background.

import { serve } from './serve.ts';

await serve({ api: true, work: false });
