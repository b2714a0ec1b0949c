import { expect, test } from 'vitest';
import { knownModels, limitsOf, modelInfo, modelOptions } from './models.ts';

test.each([
  ['gpt-5.5', 'gpt-5.5'],
  ['gpt-5-mini-2025-08-07', 'gpt-5-mini'],
  ['gpt-6-sol-experimental', 'gpt-6-sol'],
  ['openai/gpt-5.5', 'gpt-5.5'],
  ['anthropic/claude-sonnet-4-5', 'claude-sonnet-4-5'],
  ['claude-opus-5-5-20260901', 'claude-opus-5-5'],
])('%s is known as %s', (name, slug) => {
  expect(modelInfo(name)).toMatchObject({ slug, known: true });
});

test('an unknown model gets a careful guess', () => {
  const info = modelInfo('toString');
  expect(info).toEqual({
    slug: 'toString',
    known: false,
    window: 272_000,
    maxWindow: 272_000,
    summary: 'auto',
    parallelCalls: true,
    images: true,
    truncation: { mode: 'bytes', limit: 10_000 },
  });
  expect(modelOptions(info, { verbosity: 'high' })).toEqual({ summary: 'auto', parallelCalls: true });
});

test('a price holds for the model and its dated releases, not for a name that only begins the same', () => {
  for (const name of ['gpt-5', 'gpt-5-2025-08-07', 'openai/gpt-5'])
    expect(modelInfo(name).prices?.output, name).toBe(10);
  for (const name of ['gpt-5-pro', 'gpt-5.9', 'gpt-5.5', 'claude-opus-5-5'])
    expect(modelInfo(name).prices, name).toBeUndefined();
  expect(modelInfo('claude-haiku-4-5-20251001').prices).toEqual({ input: 1, cached: 0.1, cacheWrite: 1.25, output: 5 });
});

test('every known model is consistent', () => {
  for (const slug of knownModels) {
    const { window, maxWindow, prices, maxOutput } = modelInfo(slug);
    expect(window, slug).toBeLessThanOrEqual(maxWindow);
    expect(slug.startsWith('claude') === (maxOutput !== undefined), slug).toBe(true);
    if (prices) expect(prices.cached ?? 0, slug).toBeLessThanOrEqual(prices.input);
  }
});

test('the user’s words win, the model’s defaults fill in, what it does not take is left out', () => {
  expect(modelOptions(modelInfo('gpt-5.5'), {})).toEqual({
    effort: 'medium',
    summary: 'none',
    verbosity: 'low',
    parallelCalls: true,
  });
  expect(modelOptions(modelInfo('gpt-5.5'), { effort: 'ultra', summary: 'detailed', verbosity: 'high' })).toEqual({
    effort: 'xhigh',
    summary: 'detailed',
    verbosity: 'high',
    parallelCalls: true,
  });
  expect(modelOptions(modelInfo('claude-opus-4-6'), { effort: 'ultra', verbosity: 'low' })).toMatchObject({
    effort: 'ultra',
  });
  expect(modelOptions(modelInfo('claude-opus-4-6'), { verbosity: 'low' })).not.toHaveProperty('verbosity');
  expect(modelOptions(modelInfo('gpt-4o'), {})).toEqual({ parallelCalls: true });
});

test('limits follow the window, and config may lower the one and raise the other up to what the model has', () => {
  expect(limitsOf(modelInfo('gpt-6-sol'))).toEqual({ window: 272_000, usable: 258_400, compactAt: 244_800 });
  expect(limitsOf(modelInfo('gpt-6-sol'), { window: 9_999_999 }).window).toBe(872_000);
  expect(limitsOf(modelInfo('gpt-6-sol'), { compactAt: 1_000 }).compactAt).toBe(1_000);
  expect(limitsOf(modelInfo('gpt-6-sol'), { compactAt: 9_999_999 }).compactAt).toBe(244_800);
});
