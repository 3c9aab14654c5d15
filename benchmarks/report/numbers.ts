/** A number for people: grouped, with so many digits after the point. */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative',
  });
}

/** The same, with three digits that count. */
export function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3, signDisplay: 'negative' });
}

/** Nanoseconds in the unit that fits. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1000) return `${rounded(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${rounded(nanoseconds / 1e3)} µs`;
  return `${rounded(nanoseconds / 1e6)} ms`;
}

/** The lowest and the highest of some numbers, or the one that they are. */
export function range(values: number[], digits = 2): string {
  const [low, high] = [Math.min(...values).toFixed(digits), Math.max(...values).toFixed(digits)];
  return low === high ? low : `${low} to ${high}`;
}
