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
  screenReader: false,
  animations: true,
  vim: false,
  edit: async () => ({ kind: 'none' }),
  clipboardImage: async () => ({ kind: 'none', why: '' }),
  pictures: [],
  notices: { kinds: false, method: 'auto', always: false },
  statusLine: undefined,
  title: undefined,
  hostname: '',
  keymap: undefined,
  pasteBurst: true,
  history: { save: false, maxBytes: undefined },
  theme: 'auto',
  mouse: true,
  pipe: async () => false,
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
