/** For the tests: a tcxd of one command, to be killed. Arguments: run folder, epoch, key. Prints what it hears. */
import { join } from 'node:path';
import { Holder } from './client.ts';

const [run = '', epoch = '', key = ''] = process.argv.slice(2);
const holder = await Holder.open({
  run,
  build: 'build-1',
  epoch: Number(epoch),
  command: [process.execPath, join(import.meta.dirname, 'main.ts')],
  env: { PATH: process.env.PATH ?? '' },
});
if (!(holder instanceof Holder)) throw new Error(holder.why);
const script = 'n=0; while read -r line; do n=$((n+1)); echo "$n $line"; done';
await holder.run({
  key,
  file: 'sh',
  args: ['-c', script],
  cwd: '/',
  env: { PATH: process.env.PATH ?? '' },
  umask: 0o022,
  mode: 'pipes',
  stdin: 'open',
});
holder.follow(key, 0, { output: ({ bytes }) => void process.stdout.write(bytes), end: () => {} });
await holder.write(key, 1, Buffer.from('before\n'));
