/** What runs unasked, what is asked about, what is refused: the one place that says so. */
import { expect, test } from 'vitest';
import { decide, type Grant, isPlainRead, type Rules, type Subject, sessionGrant } from './decide.ts';

const careful: Rules = { approval: 'on-request', sandbox: 'read-only', grants: [] };
const command = (cmd: string, more: object = {}): Subject => ({ kind: 'command', cmd, cwd: '/w', ...more });
const patch = (...writes: string[]): Subject => ({
  kind: 'patch',
  writes,
  changes: writes.map((path) => ({ path, kind: 'update', added: 2, removed: 1, diff: '' })),
  cwd: '/w',
});
const words = (subject: Subject, rules: Partial<Rules> = {}) => decide(subject, { ...careful, ...rules }).decision;

test.each(['ls', 'pwd', 'ls -la src', 'cat a.txt', 'cat /etc/hosts ../b', ' ls  -l '])('%j only reads', (cmd) => {
  expect(isPlainRead(cmd)).toBe(true);
  expect(words(command(cmd))).toBe('run');
});

test.each([
  'ls; rm x',
  'ls && rm x',
  'ls | sh',
  'ls > x',
  'cat < x',
  'cat $HOME/x',
  'cat `x`',
  'cat $(x)',
  'ls *',
  'ls ~',
  "ls 'a b'",
  'cat',
  'cat -n x',
  'ls --color=always',
  'ls -laR',
  'pwd -P',
  'X=1 ls',
  'ls\nrm x',
  'ls &',
  'cat a\\ b',
  'sudo ls',
  './ls',
  'grep x y',
  '',
  'cat {a,b}x!',
])('%j is more than plain reading', (cmd) => {
  expect(isPlainRead(cmd)).toBe(false);
  expect(words(command(cmd))).toBe('ask');
});

test('a shell of the model’s own choice is asked about, shown, and never allowed for the session', () => {
  const decision = decide(command('ls', { shell: '/tmp/x/sh' }), careful);
  expect(decision).toMatchObject({ decision: 'ask', question: { summary: '/tmp/x/sh -c ls' } });
  expect(decision.decision === 'ask' && decision.grant).toBeUndefined();
  const grants: Grant[] = [{ kind: 'command', cmd: 'make', cwd: '/w' }];
  expect(words(command('make'), { grants })).toBe('run');
  expect(words(command('make', { shell: '/tmp/x/sh' }), { grants })).toBe('ask');
});

test('full access that never asks runs everything; either alone does not', () => {
  expect(words(command('rm -rf x'), { sandbox: 'danger-full-access', approval: 'never' })).toBe('run');
  expect(words(patch('/etc/passwd'), { sandbox: 'danger-full-access', approval: 'never' })).toBe('run');
  expect(words(command('rm -rf x'), { sandbox: 'danger-full-access' })).toBe('ask');
  expect(words(command('rm -rf x'), { approval: 'never' })).toBe('deny');
});

test('with nobody there a question is a refusal that names the way out', () => {
  const refused = decide(command('make'), { ...careful, unattended: true });
  expect(refused).toMatchObject({ decision: 'deny', why: expect.stringContaining('--wait-approval') });
  expect(words(command('ls'), { unattended: true })).toBe('run');
  const grants: Grant[] = [{ kind: 'command', cmd: 'make', cwd: '/w' }];
  expect(words(command('make'), { unattended: true, grants })).toBe('run');
});

test('a grant is for this very command, in this directory', () => {
  const grants: Grant[] = [{ kind: 'command', cmd: 'make', cwd: '/w' }];
  expect(words(command('make'), { grants })).toBe('run');
  expect(words(command('make '), { grants })).toBe('ask');
  expect(words({ kind: 'command', cmd: 'make', cwd: '/w/sub' }, { grants })).toBe('ask');
  expect(words(patch('/w/a'), { grants })).toBe('ask');
});

test('a folder’s grant is for edits below it, and never for what could run code or change what is allowed', () => {
  const grants: Grant[] = [{ kind: 'folder', path: '/w' }];
  expect(words(patch('/w/a', '/w/sub/b'), { grants })).toBe('run');
  for (const path of [
    '/w/.git/hooks/pre-commit',
    '/w/.tcx/config.toml',
    '/w/sub/.codex/x',
    '/wx/a',
    '/w',
    '/w/../etc/x',
    '/etc/x',
  ])
    expect(words(patch('/w/a', path), { grants }), path).toBe('ask');
  expect(words(command('make'), { grants })).toBe('ask');
});

test('a patch inside the directory may be allowed for the folder, one outside may not', () => {
  const inside = decide(patch('/w/a'), careful);
  expect(inside.decision === 'ask' && inside.grant).toEqual({ kind: 'folder', path: '/w' });
  expect(inside.decision === 'ask' && inside.question.summary).toBe('/w/a (+2 −1)');
  const outside = decide(patch('/w/a', '/etc/x'), careful);
  expect(outside.decision === 'ask' && outside.question.choices.map(({ id }) => id)).toEqual(['once', 'no', 'abort']);
  expect(outside.decision === 'ask' && outside.question.because).toContain('outside');
});

test('a question names three files and counts the rest; each choice has a letter of its own', () => {
  const decision = decide(patch('/w/a', '/w/b', '/w/c', '/w/d', '/w/e'), careful);
  expect(decision.decision === 'ask' && decision.question.summary).toBe('/w/a, /w/b, /w/c and 2 more (+10 −5)');
  const keys = decision.decision === 'ask' ? decision.question.choices.map(({ key }) => key) : [];
  expect(new Set(keys).size).toBe(keys.length);
});

test('what an answer for the session leaves is read off the question', () => {
  const decision = decide(command('make'), careful);
  expect(decision.decision === 'ask' && sessionGrant(decision.question)).toEqual({
    kind: 'command',
    cmd: 'make',
    cwd: '/w',
  });
});
