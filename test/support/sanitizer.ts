// With AddressSanitizer, leaks are looked for in the suite's own process only: V8 leaves memory behind in
// one that ends by process.exit() or a signal, and so do compilers.
const { ASAN_OPTIONS } = process.env;
if (ASAN_OPTIONS !== undefined) process.env.ASAN_OPTIONS = `${ASAN_OPTIONS}:detect_leaks=0`;
