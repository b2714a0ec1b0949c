/** A holder that has run a thousand commands is as it was before the first. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answered, childrenOf, Home, runToEnd, shell, until } from '../../daemon/holder/testing.ts';

test('1,000 quick commands, some in terminals, leave no process, no descriptor and no spool', async () => {
  await using home = new Home();
  const holder = await home.open();
  for (let n = 0; n < 20; n++) await quick(1000 + n);
  const { pid } = home.file;
  const threads = () => /^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const count = () => readdirSync(`/proc/${pid}/fd`).length;
  const before = { fds: count(), threads: threads(), spools: home.spools.length, children: childrenOf(pid) };
  for (let n = 0; n < 1000; n += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => quick(n + i)));
  await until('descriptors are as before', () => count() <= before.fds);
  expect({ spools: home.spools.length, children: childrenOf(pid) }).toEqual({
    spools: before.spools,
    children: before.children,
  });
  expect(threads()).toBe(before.threads);

  async function quick(n: number): Promise<void> {
    const spec = shell(`test/p${n}/run#1`, `echo ${n}`, { mode: n % 10 === 0 ? 'pty' : 'pipes' });
    const { text, end } = await runToEnd(holder, spec);
    expect(text.trim()).toBe(String(n));
    expect(end).toMatchObject({ kind: 'exited', code: 0 });
    answered(await holder.forget(spec.key));
  }
}, 120_000);
