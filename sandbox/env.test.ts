import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../core/config-check.ts';
import type { Table } from '../core/toml.ts';
import { commandEnvironment, filterEnvironment, glob } from './env.ts';

function policy(shell_environment_policy: Table = {}) {
  const checked = checkConfig({ shell_environment_policy });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.config.shell_environment_policy;
}

const inherited = {
  PATH: '/bin',
  HOME: '/home/kim',
  EDITOR: 'vi',
  AWS_REGION: 'r',
  FOO_TOKEN: 't',
  monkey: 'm',
  Db_Secret: 's',
};

describe('the five steps', () => {
  test.each<[string, Table, string[]]>([
    ['by default names of secrets go', {}, ['AWS_REGION', 'EDITOR', 'HOME', 'PATH']],
    ['core', { inherit: 'core' }, ['HOME', 'PATH']],
    ['none', { inherit: 'none' }, []],
    [
      'secrets kept',
      { ignore_default_excludes: true },
      ['AWS_REGION', 'Db_Secret', 'EDITOR', 'FOO_TOKEN', 'HOME', 'PATH', 'monkey'],
    ],
    ['exclude, in any case', { exclude: ['aws_*', 'E?ITOR'] }, ['HOME', 'PATH']],
    [
      'set, also of what was excluded',
      { exclude: ['EDITOR'], set: { EDITOR: 'ed', FOO_TOKEN: 'x' } },
      ['AWS_REGION', 'EDITOR', 'FOO_TOKEN', 'HOME', 'PATH'],
    ],
    ['include_only, of what was set too', { set: { A: '1', B: '2' }, include_only: ['PATH', 'a'] }, ['A', 'PATH']],
    ['nothing is excluded from none but what is set', { inherit: 'none', set: { A: '1' } }, ['A']],
    ['filters', { filters: { 'AWS_*': 'exclude', 'P*': 'include', 'H*': 'include' } }, ['HOME', 'PATH']],
    ['filters beside the lists', { include_only: ['EDITOR'], filters: { PATH: 'include' } }, ['EDITOR', 'PATH']],
  ])('%s', (_, table, names) =>
    expect(Object.keys(filterEnvironment(inherited, policy(table))).sort()).toEqual(names.sort()),
  );

  test('set wins over what was there', () => {
    expect(filterEnvironment(inherited, policy({ set: { PATH: '/mine' } })).PATH).toBe('/mine');
  });
});

describe('what a command sees', () => {
  const given = {
    inherited: {
      ...inherited,
      TCX_HOME: '/h',
      TCX_TOKEN: 't',
      TCX_CLIENT_NAME: 'c',
      MODEL_PASS: 'p',
      TERM: 'xterm-256color',
    },
    policy: policy({ ignore_default_excludes: true }),
    keyVariables: ['MODEL_PASS', 'OPENAI_API_KEY'],
    session: 'S',
    call: 'S/c1',
    version: '1.2.3',
    tty: false,
  };

  test('is what the policy leaves, and what tcx adds', () => {
    expect(commandEnvironment(given)).toEqual({
      ...inherited,
      NO_COLOR: '1',
      TERM: 'dumb',
      COLORTERM: '',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      LC_CTYPE: 'C.UTF-8',
      PAGER: 'cat',
      GIT_PAGER: 'cat',
      GH_PAGER: 'cat',
      TCX_CI: '1',
      CODEX_CI: '1',
      TCX_SESSION_ID: 'S',
      TCX_THREAD_ID: 'S',
      CODEX_THREAD_ID: 'S',
      TCX_CALL_ID: 'S/c1',
      TCX_VERSION: '1.2.3',
    });
  });

  test("has a provider's key only when the user sets it", () => {
    const set = { MODEL_PASS: 'mine' };
    expect(commandEnvironment(given).MODEL_PASS).toBeUndefined();
    expect(commandEnvironment({ ...given, policy: policy({ set }) }).MODEL_PASS).toBe('mine');
  });

  test('is what the command prints', () => {
    const env = commandEnvironment({ ...given, tty: true });
    const printed = execFileSync('/usr/bin/env', { env: { ...env }, encoding: 'utf8' });
    expect(printed.trim().split('\n').sort()).toEqual(
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    );
    expect(env.TERM).toBe('xterm');
  });
});

describe('patterns', () => {
  test.each([
    ['PATH', 'path', true],
    ['PATH', 'PAT', false],
    ['PATH', '*', true],
    ['', '*', true],
    ['', '?', false],
    ['', '', true],
    ['MY_KEY_2', '*KEY*', true],
    ['MY_KEY_2', '*KEY', false],
    ['ABABAC', '*ABAC', true],
    ['A.B', 'A?B', true],
    ['AXB', 'A.B', false],
    ['A*', 'A[*]', false],
  ])('%j is %j: %s', (name, pattern, matching) => expect(glob(name, pattern)).toBe(matching));

  test('go back to their last star only, or this would not end', () => {
    expect(glob('a'.repeat(5000), `${'*a'.repeat(50)}b`)).toBe(false);
  });
});
