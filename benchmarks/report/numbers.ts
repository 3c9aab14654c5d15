/** A number for people: grouped, with so many digits after the point. */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Nanoseconds in the unit that fits. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1000) return `${grouped(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${grouped(nanoseconds / 1e3, 1)} µs`;
  return `${grouped(nanoseconds / 1e6, 1)} ms`;
}
