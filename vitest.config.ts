// How the tests run. Two forks, because they share two cores with a real mongod and a real redis-server; a file has a
// process of its own, so that what one test file opens or breaks is gone with it.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vite picks graphql's ES modules for what it transforms, and Node its CommonJS for what comes from packages: two
    // copies, and each refuses the other's types ("from another module or realm"). One file for both ends that.
    alias: [
      { find: /^graphql$/, replacement: fileURLToPath(new URL('./node_modules/graphql/index.js', import.meta.url)) },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['tests/testkit/services.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // The door drains in 10 s on SIGTERM; what hangs longer than that is a fault of the test, and is named as such.
    teardownTimeout: 15_000,
    slowTestThreshold: 2_000,
    reporters: ['default'],
  },
});
