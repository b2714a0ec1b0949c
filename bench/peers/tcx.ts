/** tcx beside its peers, with its daemon up: that is how it is used. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../test/daemon.ts';
import { bench, execFlags } from '../home.ts';
import { hasComposer } from '../tui.ts';
import { offers, type Peer } from './peer.ts';

const tool = 'exec_command';

export const tcx = (): Peer => ({
  name: 'tcx',
  version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  open: async (script) => {
    const place = await bench(script);
    execFileSync('git', ['init', '-q', place.home.work]);
    return {
      model: place.model,
      headless: (prompt) => place.tcx('exec', '--json', ...execFlags, prompt),
      screen: () => place.tcx('--yolo'),
      isReady: hasComposer,
      isSettled: hasComposer,
      dialogs: [],
      servers: place.servers,
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  },
  call: (cmd) => ({ calls: [{ name: tool, args: { cmd, login: false } }] }),
  isTurn: (request) => offers(request, tool),
});
