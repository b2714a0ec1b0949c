/** What is known of a model: its limits, what it understands, and what it costs (models.md §6, §10.1). */
import type { Prices } from './cost.ts';

export interface ModelInfo {
  readonly slug: string;
  /** False for a name nobody told us about: the rest is then a careful guess. */
  readonly known: boolean;
  /** Tokens of context, and how far config may raise it. */
  readonly window: number;
  readonly maxWindow: number;
  /** Tokens of one answer, where the API has to be told. */
  readonly maxOutput?: number;
  /** Defaults; one that is absent is not sent. */
  readonly effort?: string;
  readonly summary?: string;
  /** Absent: the model does not take a verbosity. */
  readonly verbosity?: string;
  /** How Claude is asked to think: by effort, or by a budget of tokens. */
  readonly thinking?: 'adaptive' | 'budget';
  readonly parallelCalls: boolean;
  readonly images: boolean;
  /** How it is offered apply_patch; absent: not at all. */
  readonly patch?: 'custom' | 'function';
  /** How much of a tool's output it is shown. */
  readonly truncation: { readonly mode: 'tokens' | 'bytes'; readonly limit: number };
  readonly prices?: Prices;
}

type Entry = Omit<ModelInfo, 'slug' | 'known'>;

const gpt: Entry = {
  window: 272_000,
  maxWindow: 272_000,
  effort: 'medium',
  summary: 'auto',
  verbosity: 'medium',
  parallelCalls: true,
  images: true,
  patch: 'custom',
  truncation: { mode: 'tokens', limit: 10_000 },
};
/** The newest generations speak tersely and send no summaries. */
const newGpt: Entry = { ...gpt, maxWindow: 872_000, summary: 'none', verbosity: 'low' };

/** No effort, summary or verbosity: models from before reasoning. */
const plainGpt = (window: number, prices: Prices): Entry => ({
  window,
  maxWindow: window,
  parallelCalls: true,
  images: true,
  patch: 'custom',
  truncation: gpt.truncation,
  prices,
});

const claude: Entry = {
  window: 200_000,
  maxWindow: 1_000_000,
  maxOutput: 64_000,
  effort: 'high',
  summary: 'auto',
  thinking: 'adaptive',
  parallelCalls: true,
  images: true,
  patch: 'function',
  truncation: { mode: 'tokens', limit: 10_000 },
};
/** Before adaptive thinking; without an effort asked for they do not think. */
const { effort: _, ...noEffort } = claude;
const oldClaude: Entry = { ...noEffort, maxWindow: 200_000, thinking: 'budget' };

/** A cache write of Claude costs a quarter more than input, a read a tenth of it; OpenAI's write costs nothing extra. */
const claudePrices = (input: number, output: number): Prices => ({
  input,
  cached: input * 0.1,
  cacheWrite: input * 1.25,
  output,
});
const openaiPrices = (input: number, cached: number, output: number): Prices => ({ input, cached, output });

/** Prices only where they are known for sure. */
const catalogue: Readonly<Record<string, Entry>> = {
  'gpt-6.1-sol': newGpt,
  'gpt-6.1-terra': { ...newGpt, window: 500_000 },
  'gpt-6-astra': newGpt,
  'gpt-6-sol': newGpt,
  'gpt-6-luna': newGpt,
  'gpt-5.6-sol': newGpt,
  'gpt-5.6-terra': newGpt,
  'gpt-5.6-luna': newGpt,
  'gpt-5.5': { ...newGpt, maxWindow: 272_000 },
  'gpt-5.2': { ...gpt, verbosity: 'low', prices: openaiPrices(1.75, 0.175, 14) },
  'gpt-5.1': { ...gpt, verbosity: 'low', prices: openaiPrices(1.25, 0.125, 10) },
  'gpt-5': { ...gpt, prices: openaiPrices(1.25, 0.125, 10) },
  'gpt-5-mini': { ...gpt, prices: openaiPrices(0.25, 0.025, 2) },
  'gpt-5-nano': { ...gpt, prices: openaiPrices(0.05, 0.005, 0.4) },
  'gpt-4.1': plainGpt(1_047_576, openaiPrices(2, 0.5, 8)),
  'gpt-4.1-mini': plainGpt(1_047_576, openaiPrices(0.4, 0.1, 1.6)),
  'gpt-4o': plainGpt(128_000, openaiPrices(2.5, 1.25, 10)),
  'gpt-4o-mini': plainGpt(128_000, openaiPrices(0.15, 0.075, 0.6)),
  'claude-fable-5': claude,
  'claude-mythos-5': claude,
  'claude-opus-5-5': claude,
  'claude-opus-5': claude,
  'claude-opus-4-8': claude,
  'claude-opus-4-7': claude,
  'claude-opus-4-6': { ...claude, prices: claudePrices(5, 25) },
  'claude-opus-4-5': { ...oldClaude, prices: claudePrices(5, 25) },
  'claude-sonnet-5-5': claude,
  'claude-sonnet-5': claude,
  'claude-sonnet-4-6': { ...claude, prices: claudePrices(3, 15) },
  'claude-sonnet-4-5': { ...oldClaude, prices: claudePrices(3, 15) },
  'claude-haiku-5-5': claude,
  'claude-haiku-4-5': { ...oldClaude, prices: claudePrices(1, 5) },
  demo: { ...plainGpt(272_000, openaiPrices(0, 0, 0)), images: false },
};

const unknown: Entry = {
  window: 272_000,
  maxWindow: 272_000,
  summary: 'auto',
  parallelCalls: true,
  images: true,
  truncation: { mode: 'bytes', limit: 10_000 },
};

export const knownModels: readonly string[] = Object.keys(catalogue);

/** By name, else the longest known name it begins with, else the same without one `vendor/`; else a guess. */
export function modelInfo(name: string): ModelInfo {
  const slug = findSlug(name) ?? findSlug(name.slice(name.indexOf('/') + 1));
  if (slug === undefined) return { slug: name, known: false, ...unknown };
  const { prices, ...rest } = catalogue[slug]!;
  const info = { slug, known: true, ...rest };
  return prices && isSameModel(name, slug) ? { ...info, prices } : info;
}

function findSlug(name: string): string | undefined {
  if (Object.hasOwn(catalogue, name)) return name;
  return knownModels
    .filter((slug) => name.startsWith(slug))
    .reduce<string | undefined>(
      (best, slug) => (best !== undefined && best.length >= slug.length ? best : slug),
      undefined,
    );
}

/** A dated release is the same model at the same price; any other longer name may be a cheaper or dearer one. */
const isSameModel = (name: string, slug: string) =>
  /^(-latest|-\d{8}|-\d{4}-\d{2}-\d{2})?$/.test(name.slice(name.lastIndexOf('/') + 1).slice(slug.length));

/** Part of the window that is used before the rest is kept for the answer. */
const usablePart = 0.95;
/** Part of the window at which the conversation is compacted unless config says earlier. */
const compactPart = 0.9;

/** Tokens that a conversation may fill, and at how many it is compacted; `configured` are the user's own numbers. */
export function limitsOf(info: ModelInfo, configured: { readonly window?: number; readonly compactAt?: number } = {}) {
  const window = Math.min(configured.window ?? info.window, info.maxWindow);
  const compactAt = Math.floor(window * compactPart);
  return {
    window,
    usable: Math.floor(window * usablePart),
    compactAt: Math.min(configured.compactAt ?? compactAt, compactAt),
  };
}

export interface ModelChoices {
  readonly effort?: string;
  readonly summary?: string;
  readonly verbosity?: string;
}

/** What to ask a model for: the user's words, else its own defaults; what it does not take is left out. */
export function modelOptions(
  info: ModelInfo,
  chosen: ModelChoices,
): ModelChoices & { readonly parallelCalls: boolean } {
  const effort = chosen.effort ?? info.effort;
  const summary = chosen.summary ?? info.summary;
  const verbosity = info.verbosity === undefined ? undefined : (chosen.verbosity ?? info.verbosity);
  return {
    ...(effort !== undefined && { effort: effort === 'ultra' && !info.thinking ? 'xhigh' : effort }),
    ...(summary !== undefined && { summary }),
    ...(verbosity !== undefined && { verbosity }),
    parallelCalls: info.parallelCalls,
  };
}
