import { describe, expect, test } from 'vitest';
import type { JsonSchema } from './items.ts';
import { offeredTools, toolSpec, unknownTools } from './tool-specs.ts';
import { parse, type ToolName, toolTraits } from './tools.ts';

const names = Object.keys(toolTraits) as ToolName[];
/** A session's tools are sent with each request: texts, schemas and grammar together. */
const budgetBytes = 3500;

describe('what is offered', () => {
  test('without a word are the three tools that every session has', () => {
    expect(offeredTools([], true).map(({ name }) => name)).toEqual(['exec_command', 'write_stdin', 'apply_patch']);
  });

  test.each([true, false])('is small (freeform: %s)', (freeform) => {
    expect(JSON.stringify(offeredTools([], freeform)).length).toBeLessThan(budgetBytes);
  });

  test('is in one order, however it is asked for', () => {
    const wanted = ['update_plan', 'read_file', 'list_dir', 'grep_files', 'write_file'];
    expect(offeredTools(wanted, true)).toEqual(offeredTools(wanted.toReversed(), true));
    expect(offeredTools(wanted, true)).toHaveLength(names.length);
  });

  test('is nothing unknown', () => {
    expect(offeredTools(['constructor', 'teleport'], true)).toHaveLength(3);
    expect(unknownTools(['read_file', 'constructor', 'teleport'])).toEqual(['constructor', 'teleport']);
  });
});

test('apply_patch is freeform where that is known, else a function', () => {
  expect(toolSpec('apply_patch', true)).toMatchObject({ form: 'custom', grammar: expect.stringContaining('start:') });
  expect(toolSpec('apply_patch', false)).toMatchObject({ form: 'function', parameters: { required: ['input'] } });
});

test('the patch that explains the format is one', () => {
  const { description } = toolSpec('apply_patch', true);
  const example = description.slice(description.indexOf('*** Begin Patch'), description.indexOf('*** End Patch') + 13);
  expect(parse('apply_patch', 'custom', example)).toMatchObject({ ok: true });
});

describe.each(names)('%s', (name) => {
  const spec = toolSpec(name, false);
  if (spec.form !== 'function') throw new Error('not a function');

  test('has sorted, closed schemas', () => {
    for (const schema of objectsIn(spec.parameters)) {
      const properties = Object.keys(schema.properties ?? {});
      expect(properties).toEqual(properties.toSorted());
      expect(schema.additionalProperties).toBe(false);
    }
  });

  test('says which fields the parser wants', () => {
    const { required = [], properties = {} } = spec.parameters;
    const full = Object.fromEntries(required.map((field) => [field, sample(properties[field]!)]));
    expect(parse(name, 'function', JSON.stringify(full))).toMatchObject({ ok: true });
    for (const field of required) {
      const { [field]: _, ...rest } = full;
      expect(parse(name, 'function', JSON.stringify(rest))).toMatchObject({
        why: expect.stringContaining(`missing field \`${field}\``),
      });
    }
  });

  test('names no field that the parser does not check', () => {
    const { properties = {}, required = [] } = spec.parameters;
    const full = Object.fromEntries(required.map((field) => [field, sample(properties[field]!)]));
    for (const [field, schema] of Object.entries(properties)) {
      const wrong = schema.type === 'object' ? 'no object' : {};
      expect(parse(name, 'function', JSON.stringify({ ...full, [field]: wrong }))).toMatchObject({
        why: expect.stringContaining('invalid type'),
      });
    }
  });
});

function objectsIn(schema: JsonSchema): JsonSchema[] {
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return [...(schema.type === 'object' ? [schema] : []), ...inner.flatMap(objectsIn)];
}

function sample(schema: JsonSchema): unknown {
  if (schema.type === 'number') return 1;
  return schema.type === 'array' ? [] : 'x';
}
