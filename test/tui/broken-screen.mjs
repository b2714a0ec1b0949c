/** A screen that cannot draw its first frame: the version, which that frame shows, throws when it is read. */
import { runTui } from '../../dist/tui.mjs';

const broken = {
  toString() {
    throw new Error('drawing broke');
  },
};

runTui({
  opening: { kind: 'new' },
  connect: () => new Promise(() => {}),
  home: process.env.TCX_HOME,
  userHome: process.env.HOME,
  cwd: process.cwd(),
  env: process.env,
  build: broken,
  settings: {},
  inline: false,
  alone: false,
  ascii: false,
  animations: true,
  stdin: process.stdin,
  stdout: process.stdout,
  now: Date.now,
  newSession: () => '',
  newKey: () => '',
}).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
