import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Prompts and tool texts are Markdown files; the bundler reads them as text, and so must the tests. */
const markdown = {
  name: 'markdown-as-text',
  load: (id: string) => (id.endsWith('.md') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined),
};

export default defineConfig({
  plugins: [markdown],
  define: { __TCX_VERSION__: '"0.0.0-test"' },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{core,actors,daemon,ipc,sandbox,cli,tui}/**/*.test.{ts,tsx}', 'test/architecture.test.ts'],
          // For what hangs: on a busy machine a test may be slow and right.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // Many wait for sockets and processes more than they compute.
          maxWorkers: Math.max(2, availableParallelism()),
        },
      },
      {
        extends: true,
        test: {
          name: 'product',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/architecture.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
