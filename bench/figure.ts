/** A figure: what is measured, the budget it has to keep, and how it is taken. Budgets are in `baselines.json`. */

export interface Measured {
  /** In the figure's unit: mostly a ratio to something measured in the same run. */
  readonly value: number;
  /** What it was made of, for people. */
  readonly detail: string;
}

export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly unit: '×' | 'kB' | 'MB' | 'MiB' | '%' | 'ms' | 'B' | '/s';
  readonly take: () => Promise<Measured>;
}

/** Of two things measured in turn: how many times the second is the first. */
export const ratio = (value: number, to: number, unit: 'ms' | 'kB' = 'ms'): Measured => ({
  value: value / to,
  detail: `${value.toFixed(1)} ${unit} to ${to.toFixed(1)} ${unit}`,
});
