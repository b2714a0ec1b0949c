import { describe, expect, test } from 'vitest';
import { interceptPatch } from './patch-intercept.ts';

const patch = '*** Begin Patch\n*** Delete File: $HOME/`a`\n*** End Patch';

describe('a script that is one patch', () => {
  test.each([
    ['bare', `apply_patch <<EOF\n${patch}\nEOF`],
    ['in single quotes', `apply_patch <<'EOF'\n${patch}\nEOF\n`],
    ['in double quotes', `applypatch <<"PATCH"\n${patch}\nPATCH`],
    ['spaced', `\n  apply_patch  << 'EOF'  \n${patch}\nEOF\n\n`],
    ['from Windows', `apply_patch <<'EOF'\n${patch}\nEOF`.replaceAll('\n', '\r\n')],
  ])('%s', (_, script) => {
    expect(interceptPatch(script)).toEqual({ kind: 'patch', patch });
  });

  test.each([
    ['cd src && ', 'src'],
    ['cd /a/b.c-d && ', '/a/b.c-d'],
    ["cd 'my dir' &&", 'my dir'],
    ['cd "my dir"&& ', 'my dir'],
  ])('after %s', (cd, folder) => {
    expect(interceptPatch(`${cd}apply_patch <<'EOF'\n${patch}\nEOF`)).toEqual({ kind: 'patch', patch, cd: folder });
  });

  test('may be empty', () => {
    expect(interceptPatch("apply_patch <<'EOF'\nEOF")).toEqual({ kind: 'patch', patch: '' });
  });
});

describe('a script for the shell', () => {
  const heredoc = `apply_patch <<'EOF'\n${patch}\nEOF`;
  test.each([
    ['something in front', `ls\n${heredoc}`],
    ['something behind', `${heredoc}\nls`],
    ['an echo before it', `echo hi && ${heredoc}`],
    ['a semicolon', `cd src; ${heredoc}`],
    ['an alternative', `cd src || ${heredoc}`],
    ['a pipe', heredoc.replace("<<'EOF'", "<<'EOF' | cat")],
    ['a follow-up', heredoc.replace("<<'EOF'", "<<'EOF' && ls")],
    ['a second redirect', heredoc.replace("<<'EOF'", "<<'EOF' > log")],
    ['an argument', `apply_patch '${patch}'`],
    ['a here-string', `apply_patch <<<'${patch}'`],
    ['tabs taken off', heredoc.replace('<<', '<<-')],
    ['no end', `apply_patch <<'EOF'\n${patch}`],
    ['an early end', `apply_patch <<'EOF'\nEOF\n${patch}\nEOF`],
    ['two directories', `cd a b && ${heredoc}`],
    ['a variable directory', `cd $HOME && ${heredoc}`],
    ['a variable in quotes', `cd "$HOME" && ${heredoc}`],
    ['a home directory', `cd ~/x && ${heredoc}`],
    ['the last directory', `cd - && ${heredoc}`],
    ['two changes of directory', `cd a && cd b && ${heredoc}`],
    ['another program', heredoc.replace('apply_patch', './apply_patch')],
    ['nothing', ''],
  ])('has %s', (_, script) => {
    expect(interceptPatch(script)).toBeUndefined();
  });
});

test('a bare patch is told to call the tool', () => {
  expect(interceptPatch(`\n${patch}\n`)).toEqual({
    kind: 'refused',
    why: expect.stringMatching(/^apply_patch verification failed: .*without an explicit apply_patch call/),
  });
});

test('a megabyte of script is looked at once', () => {
  const body = 'EO\n'.repeat(400_000);
  expect(interceptPatch(`apply_patch <<'EOF'\n${body}EOF`)).toEqual({ kind: 'patch', patch: body.slice(0, -1) });
  expect(interceptPatch(`cd ${'a'.repeat(1_000_000)}`)).toBeUndefined();
});
