/**
 * The demo's rules: from a conversation to the next answer, by plain patterns over the person's newest words. Pure: where it
 * is in its work it reads off the calls and outputs it finds there, so a restart or a second screen changes nothing.
 */
import type { Item, ToolSpec } from '../../core/items.ts';
import type { ModelRequest } from './provider.ts';
import type { ScriptedAnswer, ScriptedCall } from './script.ts';

export const greeting = 'I am the demo model: no AI, just a few rules that make real tool calls.';
export const farewell = 'This is the demo. A real model: /model';

/** What it understands, and the tool each line needs. */
const understood: readonly (readonly [line: string, tool?: string])[] = [
  ['run CMD', 'exec_command'],
  ['read FILE'],
  ['create FILE with TEXT', 'apply_patch'],
  ['replace TEXT by TEXT in FILE', 'apply_patch'],
  ['plan: first; second; third', 'update_plan'],
  ['ask QUESTION? one / another', 'request_user_input'],
  ['agents: task | another task', 'spawn_agent'],
  ['count to 10 slowly'],
];

const explanation = ({ tools }: World) => `I understand these lines, and several lines are several steps:

${understood.flatMap(([line, tool]) => (tool === undefined || tools.has(tool) ? [`- ${line}`] : [])).join('\n')}

${farewell}`;

/** ms before each word of a slow count. */
const slowMs = 250;
const countLimit = 1_000;

/** Words the harness puts into a user message; a person did not say them. */
const contextual =
  /^\s*(<(environment_context|turn_aborted|user_shell_command|subagent_notification|codex_internal_context|skill|collaboration_mode|multi_agent_mode|permissions instructions|model_switch)\b|# AGENTS\.md instructions)/;

type Words = { readonly text: string; readonly slow?: boolean };
/** One line's work: gives calls, is given their outputs, ends with what to say. */
type Work = Generator<readonly ScriptedCall[], Words, readonly string[]>;

export function interpret({ items, tools }: Pick<ModelRequest, 'items' | 'tools'>): ScriptedAnswer {
  const at = items.findLastIndex((item) => item.kind === 'user' && !contextual.test(item.text));
  const asked = items[at];
  const lines = asked?.kind === 'user' ? asked.text.split('\n').filter((line) => line.trim() !== '') : [];
  const outputs = outputsOf(items.slice(at + 1));
  const first = !items.some(({ kind }) => kind === 'assistant' || kind === 'call');
  const opening: Words[] = first ? [{ text: greeting }] : [];
  return answer(lines.length ? lines : ['?'], worldOf(items, tools), outputs, opening);
}

function worldOf(items: readonly Item[], tools: readonly ToolSpec[]): World {
  const told = items.flatMap((item) => (item.kind === 'user' ? [/<cwd>(.+?)<\/cwd>/.exec(item.text)?.[1]] : []));
  const cwd = told.findLast((path) => path !== undefined);
  return { tools: new Map(tools.map((tool) => [tool.name, tool])), ...(cwd !== undefined && { cwd }) };
}

/** Replays the lines over the outputs there are already, and answers where the first one is missing. */
function answer(
  lines: readonly string[],
  world: World,
  outputs: readonly string[],
  opening: readonly Words[],
): ScriptedAnswer {
  let said = opening;
  let used = 0;
  for (const line of lines) {
    const work = perform(line.trim(), world);
    let next = work.next([]);
    while (!next.done) {
      const calls = next.value;
      const seen = outputs.slice(used, used + calls.length);
      if (seen.length < calls.length) return spoken(said, calls);
      used += calls.length;
      said = [];
      next = work.next(seen);
    }
    said = [...said, next.value];
  }
  return spoken(said, []);
}

function spoken(said: readonly Words[], calls: readonly ScriptedCall[]): ScriptedAnswer {
  const text = said.map((words) => words.text).join('\n\n');
  return {
    ...(text !== '' && { text }),
    ...(calls.length > 0 && { calls: [...calls] }),
    ...(said.some(({ slow }) => slow) && { delayMs: slowMs }),
  };
}

/** The outputs of the calls made since, in the order of the calls; they end at the first one that is missing. */
function outputsOf(items: readonly Item[]): readonly string[] {
  const texts = new Map(items.flatMap((item) => (item.kind === 'output' ? [[item.id, item.text] as const] : [])));
  const outputs = items.flatMap((item) => (item.kind === 'call' ? [texts.get(item.id)] : []));
  const open = outputs.indexOf(undefined);
  return (open < 0 ? outputs : outputs.slice(0, open)) as string[];
}

type Rule = readonly [RegExp, (words: readonly string[], world: World) => Work];

const rules: readonly Rule[] = [
  [/^run[: ]\s*(.+)$/is, run],
  [/^read\s+(.+)$/i, read],
  [/^create\s+(\S+|".+?"|`.+?`)\s+with\s+(.*)$/is, create],
  [/^replace\s+(.+?)\s+by\s+(.*?)\s+in\s+(\S+|".+?"|`.+?`)$/i, replace],
  [/^plan:\s*(.+)$/i, plan],
  [/^ask\s+([^?]+\??)\s*(.*)$/i, ask],
  [/^agents:\s*(.+)$/i, agents],
  [/^count to (\d+)( slowly)?\W*$/i, count],
];

function* perform(line: string, world: World): Work {
  for (const [pattern, rule] of rules) {
    const found = pattern.exec(line);
    if (!found) continue;
    const words = found.slice(1).map((word) => unquoted(word ?? ''));
    return yield* rule(words, world);
  }
  return { text: explanation(world) };
}

/** What the rules may use: the tools there are, and the folder that relative names mean where it is known. */
interface World {
  readonly tools: ReadonlyMap<string, ToolSpec>;
  readonly cwd?: string;
}

const unquoted = (word: string) => /^(["'`])(.*)\1$/s.exec(word.trim())?.[2] ?? word;
const missing = (tool: string, to: string): Words => ({
  text: `I cannot ${to}: the tool ${tool} is not offered to me here.`,
});

function* run([cmd = '']: readonly string[], world: World): Work {
  if (!world.tools.has('exec_command')) return missing('exec_command', `run \`${cmd}\``);
  const [output = ''] = yield [{ name: 'exec_command', args: { cmd } }];
  const code = /Process exited with code (-?\d+)/.exec(output)?.[1];
  if (code !== undefined) return { text: `\`${cmd}\` exited with code ${code} ${printed(body(output))}` };
  const session = /Process running with session ID (\d+)/.exec(output)?.[1];
  if (session !== undefined) return { text: `\`${cmd}\` still runs, as session ${session}.` };
  return { text: `\`${cmd}\` did not run: ${firstLine(output)}` };
}

function* read([file = '']: readonly string[], world: World): Work {
  const call = readCall(file, world);
  if (!call) return missing('exec_command', `read ${file}`);
  const [output = ''] = yield [call];
  const found = contents(output, call);
  return {
    text: found === undefined ? `I could not read ${file}: ${firstLine(body(output))}` : `${file} ${holds(found)}`,
  };
}

function* create([file = '', text = '']: readonly string[], world: World): Work {
  const lines = text.replaceAll('\\n', '\n').split('\n');
  const call =
    patchCall([`*** Add File: ${file}`, ...lines.map((line) => `+${line}`)], world) ??
    writeCall(file, `${lines.join('\n')}\n`, world);
  if (!call) return missing('apply_patch', `create ${file}`);
  const [output = ''] = yield [call];
  return { text: succeeded(output) ? `I created ${file}.` : `I could not create ${file}: ${firstLine(output)}` };
}

function* replace([from = '', to = '', file = '']: readonly string[], world: World): Work {
  const look = readCall(file, world);
  if (!look) return missing('exec_command', `read ${file}, which I must before I change it`);
  if (!world.tools.has('apply_patch')) return missing('apply_patch', `change ${file}`);
  const [output = ''] = yield [look];
  const found = contents(output, look);
  if (found === undefined) return { text: `I could not read ${file}: ${firstLine(body(output))}` };
  const changed = found.split('\n').filter((line) => line.includes(from));
  if (changed.length === 0) return { text: `${file} does not contain "${from}".` };
  const chunks = changed.flatMap((line) => ['@@', `-${line}`, `+${line.replaceAll(from, to)}`]);
  const [done = ''] = yield [patchCall([`*** Update File: ${file}`, ...chunks], world)!];
  if (!succeeded(done)) return { text: `I could not change ${file}: ${firstLine(done)}` };
  return { text: `I changed ${changed.length} ${changed.length === 1 ? 'line' : 'lines'} of ${file}.` };
}

function* plan([steps = '']: readonly string[], world: World): Work {
  if (!world.tools.has('update_plan')) return missing('update_plan', 'show a plan');
  const items = steps.split(';').flatMap((step) => (step.trim() === '' ? [] : [step.trim()]));
  const args = { plan: items.map((step, i) => ({ step, status: i === 0 ? 'in_progress' : 'pending' })) };
  yield [{ name: 'update_plan', args }];
  return { text: `The plan has ${items.length} ${items.length === 1 ? 'step' : 'steps'}.` };
}

function* ask([question = '', answers = '']: readonly string[], world: World): Work {
  if (!world.tools.has('request_user_input')) return missing('request_user_input', 'ask you that');
  const given = answers.split('/').flatMap((label) => (label.trim() === '' ? [] : [label.trim()]));
  const options = (given.length > 1 ? given : ['Yes', 'No']).map((label) => ({ label, description: label }));
  const [output = ''] = yield [
    { name: 'request_user_input', args: { questions: [{ id: 'demo', header: 'Demo', question, options }] } },
  ];
  return { text: `The answer is: ${firstLine(output)}` };
}

function* agents([tasks = '']: readonly string[], world: World): Work {
  const tool = world.tools.get('spawn_agent');
  if (!tool) return missing('spawn_agent', 'start agents');
  const named = tool.form === 'function' && tool.parameters.properties?.task_name !== undefined;
  const messages = tasks.split('|').flatMap((task) => (task.trim() === '' ? [] : [task.trim()]));
  const outputs = yield messages.map((message, i) => ({
    name: 'spawn_agent',
    args: { ...(named && { task_name: `demo_${i + 1}` }), message },
  }));
  return { text: `I started ${outputs.length} ${outputs.length === 1 ? 'agent' : 'agents'}.` };
}

function* count([to = '', slowly = '']: readonly string[]): Work {
  const numbers = Array.from({ length: Math.min(Number(to), countLimit) }, (_, i) => String(i + 1));
  return { text: numbers.join(' '), slow: slowly !== '' };
}

/** The file tools take absolute names only. */
function absolute(file: string, { cwd }: World): string | undefined {
  if (file.startsWith('/')) return file;
  return cwd === undefined ? undefined : `${cwd.replace(/\/$/, '')}/${file}`;
}

function readCall(file: string, world: World): ScriptedCall | undefined {
  const path = absolute(file, world);
  if (world.tools.has('read_file') && path !== undefined) return { name: 'read_file', args: { file_path: path } };
  if (!world.tools.has('exec_command')) return undefined;
  return { name: 'exec_command', args: { cmd: `cat -- '${file.replaceAll("'", `'\\''`)}'` } };
}

function writeCall(file: string, content: string, world: World): ScriptedCall | undefined {
  const path = absolute(file, world);
  if (!world.tools.has('write_file') || path === undefined) return undefined;
  return { name: 'write_file', args: { file_path: path, content } };
}

function patchCall(lines: readonly string[], world: World): ScriptedCall | undefined {
  const tool = world.tools.get('apply_patch');
  const patch = ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
  if (!tool) return undefined;
  return { name: 'apply_patch', form: tool.form, args: tool.form === 'custom' ? patch : { input: patch } };
}

/** A tool's own text, without the lines about how the call went. */
const body = (output: string) => /(?:^|\n)Output:\n(.*)$/s.exec(output)?.[1] ?? output;
const firstLine = (output: string) => output.trim().split('\n')[0] ?? '';
const succeeded = (output: string) => /\bSuccess\b|^Wrote\b/i.test(output);

/** What a file holds, as the tool that read it shows it; undefined when it could not be read. */
function contents(output: string, { name }: ScriptedCall): string | undefined {
  if (name === 'exec_command')
    return /Process exited with code 0\b/.test(output) ? body(output).replace(/\n$/, '') : undefined;
  const lines = output.split('\n').filter((line) => line !== '');
  if (!lines.every((line) => /^L\d+: ?/.test(line))) return undefined;
  return lines.map((line) => line.replace(/^L\d+: ?/, '')).join('\n');
}

const shownLines = 10;
function fenced(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const more = lines.length - shownLines;
  return `\n\n\`\`\`\n${lines.slice(0, shownLines).join('\n')}\n\`\`\`${more > 0 ? `\n\nand ${more} more lines.` : ''}`;
}
const printed = (text: string) => (text.trim() === '' ? 'and printed nothing.' : `and printed:${fenced(text)}`);
const holds = (text: string) => (text.trim() === '' ? 'is empty.' : `holds:${fenced(text)}`);
