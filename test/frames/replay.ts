/**
 * A recorded wire played to the built client: a server on a socket where tcxd's would be, and a clock that stands still.
 * Goldens are made with it (`test/golden/screen.ts`); a behaviour is tested against a real daemon instead.
 *
 * A recording is `test/frames/NAME.jsonl`, one of these a line:
 *   {"clock": MS}                          what time it is from here on (TCX_TEST_NOW of the client); the first line
 *   {"answer": "list", "with": {…}}        what every later request of that verb is answered, until another line says otherwise
 *   {"refuse": "attach", "code": …}        the same, as an error
 *   {"row": {seq, at, kind, body}}         a row of the session: before the first push it is in the answer to `attach`
 *   {"push": {"t": "state", "view": {…}}}  sent when the test plays so far; rows in it are known to `rows` from then on
 *   {"mark": "asked"}                      a name for `play('asked')`
 * Everything up to the first push or mark holds from the beginning. `attach` needs an answer of its own without `rows`; `rows`
 * is answered from the rows; hello, watch, config and the like have answers of their own here. `$HOME` and `$WORK` stand for
 * the folders of the test. Recordings are written by hand, or by `node test/frames/record.ts SCRIPT` and then cut.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../core/rows.ts';
import { encodeFrame, FrameDecoder, type Message } from '../../ipc/frame.ts';
import { PROTOCOL } from '../../ipc/version.ts';
import { root, until } from '../daemon.ts';
import { type Line, readRecording } from './recording.ts';

type Answer = Readonly<Record<string, unknown>>;
const configured = { configured: true, choice: { provider: 'openai', model: 'gpt-5.5' }, trust: 'trusted', files: [] };
const usual: Readonly<Record<string, Answer>> = {
  hello: { build: '0.1.0', protocol: PROTOCOL, client: 1, home: '', needEnv: false, label: 'desk' },
  config: { config: {}, warnings: [], layers: [], ...configured },
  list: { sessions: [], actors: [], total: 0, known: 0, today: 0 },
  inbox: { approvals: [] },
  attach: { more: false, live: [], presence: [], draft: '', client: 1, seen: { seq: 0, at: 0 } },
};
const silent = ['watch', 'unattach', 'draft', 'presence', 'ping', 'env'];

/** Where a client finds the server: as a `TestHome` of a daemon, as far as a `Screen` needs it. */
export class Replay implements AsyncDisposable {
  readonly home: string;
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
  /** Every request that came, in order. */
  readonly asked: (Message & { readonly t: string })[] = [];
  readonly #base: string;
  readonly #clock: string;
  readonly #lines: Line[];
  readonly #rows: Row[] = [];
  readonly #answers = new Map<string, Line>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));

  private constructor(name: string) {
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), 'tcx-r-')));
    this.home = join(this.#base, 'h');
    this.work = join(this.#base, 'src', 'shop');
    this.#clock = join(this.#base, 'clock');
    mkdirSync(join(this.home, 'run'), { recursive: true, mode: 0o700 });
    mkdirSync(join(this.work, '.git'), { recursive: true });
    writeFileSync(join(this.work, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(this.home, 'config.toml'), 'model = "gpt-5.5"\n');
    this.#lines = [...readRecording(name, { $HOME: this.#base, $WORK: this.work })];
    this.env = {
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      HOME: this.#base,
      TCX_HOME: this.home,
      TCX_CLIENT_NAME: 'desk',
      TCX_TEST_NOW: this.#clock,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    };
  }

  static async start(name: string): Promise<Replay> {
    const replay = new Replay(name);
    const socket = join(replay.home, 'run', 'tcxd.sock');
    await new Promise<void>((resolve) => replay.#server.listen(socket, resolve));
    const running = { pid: process.pid, build: '0.1.0', protocol: PROTOCOL, socket, started: 0 };
    writeFileSync(join(replay.home, 'run', 'tcxd.json'), JSON.stringify(running));
    writeFileSync(join(replay.home, 'run', 'token'), 'token');
    while (replay.#lines[0] && !('push' in replay.#lines[0]) && !('mark' in replay.#lines[0])) replay.#next();
    return replay;
  }

  /** Sends what was recorded up to a mark, or all of it, once the client is here and has what it attached to. */
  async play(mark?: string) {
    const attaches = this.#answers.has('attach');
    const looks = () => this.asked.some(({ t }) => t === (attaches ? 'attach' : 'list'));
    await until(looks, 'a client that looks').catch(() => {
      throw new Error(`no client looks; asked was ${this.asked.map(({ t }) => t).join(', ')}`);
    });
    while (this.#lines.length > 0) {
      const line = this.#next();
      if ('mark' in line && line.mark === mark) return;
    }
    if (mark !== undefined) throw new Error(`the recording has no mark ${mark} from here on`);
  }

  /** What time it is for the client from now on. */
  clock(ms: number) {
    writeFileSync(this.#clock, String(ms));
  }

  /** The daemon is gone, as for a client whose daemon was killed. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    rmSync(join(this.home, 'run', 'tcxd.json'));
  }

  async [Symbol.asyncDispose]() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    rmSync(this.#base, { recursive: true, force: true });
  }

  #next(): Line {
    const line = this.#lines.shift()!;
    if ('clock' in line) this.clock(line.clock);
    if ('row' in line) this.#rows.push(line.row);
    if ('answer' in line) this.#answers.set(line.answer, line);
    if ('refuse' in line) this.#answers.set(line.refuse, line);
    if ('push' in line) this.#push(line.push);
    return line;
  }

  #push(push: Answer) {
    if (push.t === 'rows') this.#rows.push(...(push.rows as Row[]));
    for (const socket of this.#sockets) socket.write(encodeFrame(push));
  }

  #serve(socket: Socket) {
    const decoder = new FrameDecoder();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      for (const message of decoder.push(bytes).messages) {
        this.asked.push(message as Message & { t: string });
        socket.write(encodeFrame({ id: message.id, ...this.#answer(message) }));
      }
    });
  }

  #answer(request: Message): Message {
    const verb = String(request.t);
    const given = this.#answers.get(verb);
    if (given && 'refuse' in given) return { t: 'error', code: given.code, message: given.message, fix: given.fix };
    const body = given && 'answer' in given ? given.with : undefined;
    if (verb === 'attach' && body) return { t: 'ok', ...usual.attach, rows: this.#rows, ...body };
    if (verb === 'resolve' && !body) return { t: 'ok', ...this.#resolved() };
    if (verb === 'rows' && !body) return { t: 'ok', rows: this.#page(request), head: this.#rows.at(-1)?.seq ?? 0 };
    const answer = body ?? usual[verb] ?? (silent.includes(verb) ? {} : undefined);
    if (answer) return { t: 'ok', ...answer };
    return { t: 'error', code: 'not-recorded', message: `the recording has no answer to ${verb}`, fix: '' };
  }

  #resolved(): Answer {
    const attach = this.#answers.get('attach');
    const view = attach && 'answer' in attach ? (attach.with.view as Answer) : {};
    const { session, name, cwd, state, what, questions } = view;
    return { session, name, cwd, state, what, questions, archived: false, ended: null, pending: 0, held: false };
  }

  #page({ after, before, limit }: Message): Row[] {
    const most = Number(limit);
    if (after !== undefined) return this.#rows.filter(({ seq }) => seq > Number(after)).slice(0, most);
    return this.#rows.filter(({ seq }) => seq < Number(before)).slice(-most);
  }
}
