import { defineConfig } from 'vitest/config';
import { fileURLToPath } from 'node:url';
import { projectPath } from '../../demo/project-path.js';

/** `npm run record-histories`. A config of its own: recording is no part of `npm test`. */
export default defineConfig({
  root: projectPath('.'),
  test: {
    name: 'record',
    include: [fileURLToPath(import.meta.resolve('./record-histories.ts'))],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // The longest waits two minutes until a record is read back.
    testTimeout: 240_000,
    hookTimeout: 90_000,
  },
});
