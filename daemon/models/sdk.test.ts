import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** Prints which SDKs are loaded after importing every wire, and after preloading one. */
const program = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ load(url, context, next) {
  const sdk = /node_modules\\/(openai|@anthropic-ai)\\//.exec(url)?.[1];
  if (sdk) seen.add(sdk);
  return next(url, context);
} });
await import(process.argv[1] + '/wires.ts');
const { preload } = await import(process.argv[1] + '/sdk.ts');
const steps = [[...seen]];
for (const wire of ['demo', 'messages', 'chat']) { await preload(wire); steps.push([...seen]); }
console.log(JSON.stringify(steps));
`;

test('no SDK is loaded before it is needed', async () => {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, import.meta.dirname]);
  expect(JSON.parse(stdout)).toEqual([[], [], ['@anthropic-ai'], ['@anthropic-ai', 'openai']]);
});
