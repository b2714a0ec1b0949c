/** Command lines against the table of commands: flags, words, and what a wrong one is told. */
import { expect, test } from 'vitest';
import { type CommandSpec, nearest, parse, UsageError, usage } from './args.ts';
import { commands, commonFlags, rootCommand } from './commands.ts';

const told = (spec: CommandSpec, argv: readonly string[]) => {
  try {
    parse(spec, argv, commonFlags);
    return 'understood';
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [error.message, error.tip];
  }
};
const rename: CommandSpec = { name: 'rename', args: 'SESSION NAME', help: '' };
const say: CommandSpec = { name: 'say', args: 'SESSION TEXT…', help: '' };
const doctor: CommandSpec = { name: 'doctor', args: '[session SESSION]', help: '' };
const target: CommandSpec = { ...rename, flags: { target: { type: 'string', short: 't', help: '' } } };

test.each([
  [rename, ['a', 'b'], 'understood'],
  [rename, ['a'], ['the following required arguments were not provided: NAME', 'tcx rename SESSION NAME']],
  [rename, [], ['the following required arguments were not provided: SESSION NAME', 'tcx rename SESSION NAME']],
  [rename, ['a', 'b', 'c'], ["unexpected argument 'c' found", 'tcx rename SESSION NAME']],
  [rename, ['--help'], 'understood'],
  [say, ['a', 'b', 'c', 'd'], 'understood'],
  [say, ['a'], ['the following required arguments were not provided: TEXT…', 'tcx say SESSION TEXT…']],
  [doctor, [], 'understood'],
  [doctor, ['session', 'x'], 'understood'],
  [doctor, ['session', 'x', 'y'], ["unexpected argument 'y' found", 'tcx doctor [session SESSION]']],
  [rootCommand, ['fix', 'it'], ["unexpected argument 'it' found", 'put the prompt in quotes']],
  [rename, ['--hom', 'x', 'a', 'b'], ["unexpected argument '--hom' found", "a similar argument exists: '--home'"]],
] as const)('%j %j', (spec, argv, expected) => expect(told(spec, argv)).toEqual(expected));

test('-t names the session, as tmux has it', () => {
  expect(parse(target, ['-t', 'a', 'b']).args).toEqual(['a', 'b']);
});

test.each([
  ['modle', 'model'],
  ['jsn', 'json'],
  ['jsonn', 'json'],
  ['xyz', undefined],
])('%s was meant as %s', (word, meant) => expect(nearest(word, ['model', 'json', 'sandbox'])).toBe(meant));

test('every command says what it does, and its usage names it', () => {
  for (const spec of [rootCommand, ...commands]) {
    expect(spec.help, spec.name).toMatch(/./);
    expect(usage(spec, commonFlags)).toContain(`Usage: tcx${spec.name && ` ${spec.name}`}`);
    for (const [name, flag] of Object.entries(spec.flags ?? {}))
      expect(flag.help, `${spec.name} --${name}`).toMatch(/./);
  }
});

test('no two commands share a name', () => {
  const names = commands.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
