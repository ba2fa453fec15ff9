/** How figures are printed: medians, and the ratio to a budget or a peer. A ratio of at most 1 is within the budget. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** A figure beside its budget, both in `unit`. */
export function report(name: string, value: number, budget: number, unit: string): void {
  console.log(
    `${name}: ${figure(value)} ${unit}, budget ${figure(budget)} ${unit}, ratio ${(value / budget).toFixed(2)}`,
  );
}

/** Two ways of doing the same, measured in turn; the budget is a ratio: the median of the rounds' ratios. */
export function compare(
  name: string,
  ours: readonly number[],
  peer: string,
  theirs: readonly number[],
  budget: number,
): void {
  const ratio = median(ours.map((value, round) => value / theirs[round]!));
  console.log(
    `${name}: ${figure(median(ours))}, ${peer}: ${figure(median(theirs))}, ratio ${ratio.toFixed(2)}, budget ${budget.toFixed(2)}`,
  );
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
