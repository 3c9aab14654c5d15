/** Groups thousands, with a fixed number of decimal places. */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative',
  });
}

/** Groups thousands, with three significant digits. */
export function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3, signDisplay: 'negative' });
}

/** Nanoseconds in the unit that fits. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1000) return `${rounded(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${rounded(nanoseconds / 1e3)} µs`;
  return `${rounded(nanoseconds / 1e6)} ms`;
}

/** A value with the unit of its figure: 'ns per event' and 'ms over an empty script' are times. */
export function withUnit(value: number, figure: string): string {
  if (figure.startsWith('ns ')) return duration(value);
  if (figure.startsWith('ms')) return duration(value * 1e6);
  return `${rounded(value)}${figure === 'messages per second' ? '/s' : ''}`;
}

/** The lowest and the highest of some numbers: '1.02 to 1.31'. */
export function range(values: number[], digits = 2): string {
  const [low, high] = [Math.min(...values).toFixed(digits), Math.max(...values).toFixed(digits)];
  return low === high ? low : `${low} to ${high}`;
}
