/** Names with blanks, quotes and signs that mean something in units and property lists. */
import { expect, test } from 'vitest';
import { launchdPlist, systemdUnit } from './service-files.ts';

const facts = {
  tcxd: '/opt/a "b" $c/100%/tcxd',
  socket: '/home/kim/50%/tcxd.sock',
  log: '/tmp/<log>&',
  environment: { TCX_HOME: '/home/kim & "co"\\x', PATH: '/bin' },
};

test('a unit escapes quotes, specifiers and variables', () => {
  expect(systemdUnit('ListenStream=@SOCKET@', facts)).toBe('ListenStream=/home/kim/50%%/tcxd.sock');
  expect(systemdUnit('ExecStart=@TCXD@ run', facts)).toBe('ExecStart="/opt/a \\"b\\" $$c/100%%/tcxd" run');
  expect(systemdUnit('@ENVIRONMENT@', facts)).toBe(
    'Environment="TCX_HOME=/home/kim & \\"co\\"\\\\x"\nEnvironment="PATH=/bin"',
  );
});

test('a property list escapes what is markup', () => {
  expect(launchdPlist('<string>@LOG@</string>', facts)).toBe('<string>/tmp/&lt;log&gt;&amp;</string>');
  expect(launchdPlist('@ENVIRONMENT@', facts)).toContain('<string>/home/kim &amp; "co"\\x</string>');
});
