/** What every provider wants of a conversation, before any wire has shaped it: calls and outputs are pairs, in order. */
import assert from 'node:assert/strict';
import type { Item } from '../../core/items.ts';

/** Throws with the reason when a model could not be shown these items. */
export function checkItems(items: readonly Item[]): void {
  const calls = new Map<string, number>();
  const answered = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (item.kind === 'call') {
      assert.ok(item.id !== '' && !calls.has(item.id), `call id ${item.id} repeats`);
      calls.set(item.id, index);
    } else if (item.kind === 'output') {
      assert.ok(calls.has(item.id), `output ${item.id} has no call before it`);
      assert.ok(!answered.has(item.id), `call ${item.id} is answered twice`);
      answered.add(item.id);
    } else if (item.kind !== 'assistant' && item.kind !== 'reasoning') {
      const open = [...calls.keys()].filter((id) => !answered.has(id));
      assert.deepEqual(open, [], `a ${item.kind} stands between calls and their outputs`);
    }
  }
  assert.deepEqual(
    [...calls.keys()].filter((id) => !answered.has(id)),
    [],
    'calls are left unanswered',
  );
  checkSteps(items);
}

/** An answer's calls are answered before the next answer begins. */
function checkSteps(items: readonly Item[]): void {
  let open = 0;
  let answering = false;
  for (const { kind } of items) {
    if (kind === 'call') {
      assert.ok(!answering, 'a call follows outputs while others are open');
      open++;
    } else if (kind === 'output') {
      open--;
      answering = open > 0;
    } else if (kind === 'assistant' || kind === 'reasoning') assert.ok(!answering, `${kind} stands among outputs`);
  }
}
