import { expect, test } from 'vitest';
import { Burst, burstMs, enterMs } from './burst.ts';
import type { Input } from './inputs.ts';

function typist() {
  const emitted: Input[] = [];
  const timers: { at: number; act: () => void; off: boolean }[] = [];
  let now = 1000;
  const burst = new Burst({
    emit: (input) => emitted.push(input),
    now: () => now,
    after: (ms, act) => {
      const timer = { at: now + ms, act, off: false };
      timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
  });
  const wait = (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.off) continue;
      if (timer.at <= now) timer.act();
      else timers.push(timer);
    }
  };
  const press = (...names: string[]) => {
    for (const name of names) burst.key(name.length === 1 ? { kind: 'key', name, text: name } : { kind: 'key', name });
  };
  const said = () =>
    emitted.map((input) => (input.kind === 'key' ? input.name : input.kind === 'paste' ? `<${input.text}>` : '?'));
  return { burst, emitted, wait, press, said };
}

test('typed by hand every key passes at once', () => {
  const { press, wait, said } = typist();
  for (const key of ['h', 'e', 'l', 'l', 'o', 'enter']) {
    press(key);
    wait(burstMs + 1);
  }
  expect(said()).toEqual(['h', 'e', 'l', 'l', 'o', 'enter']);
});

test('a burst is one paste, its Enters are new lines, and so is one right after it', () => {
  const { press, wait, said, emitted } = typist();
  press(...'one two', 'enter', ...'three', 'tab', 'x');
  expect(said()).toEqual(['o', 'n']);
  wait(burstMs + 1);
  expect(said()).toEqual(['o', 'n', '<e two\nthree\tx>']);
  expect(emitted.at(-1)).toMatchObject({ typed: 'on' });
  wait(enterMs - 10);
  press('enter');
  expect(said().at(-1)).toBe('<\n>');
  wait(enterMs + 1);
  press('enter');
  expect(said().at(-1)).toBe('enter');
});

test('a long burst may come in pieces', () => {
  const { press, wait, said } = typist();
  press(...'0123456789abcdefghijk');
  wait(40);
  press(...'lmn');
  wait(100);
  expect(said()).toEqual(['0', '1', '<23456789abcdefghijklmn>']);
});

test('a key with a modifier ends the burst first', () => {
  const { press, said } = typist();
  press(...'abcd', 'ctrl-a');
  expect(said()).toEqual(['a', 'b', '<cd>', 'ctrl-a']);
});

test('what an input method writes is not held back', () => {
  const { press, said } = typist();
  press('你', '好', '吗', '你');
  expect(said()).toEqual(['你', '好', '吗', '你']);
});

test('off, nothing is held and nothing is changed', () => {
  const { burst, press, said } = typist();
  burst.on = false;
  press(...'abcdef', 'enter');
  expect(said()).toEqual([...'abcdef', 'enter']);
});
