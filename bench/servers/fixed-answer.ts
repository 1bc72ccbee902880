// The floor of a query from memory: raw node:http that parses the body and prints the same data.

import { inputOf, serveJson } from './listen.ts';

const answer = inputOf<object>();

await serveJson(() => answer);
