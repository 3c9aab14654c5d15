// With AddressSanitizer, only the suite's own process looks for leaks: V8 leaves memory behind in a process
// that ends by process.exit() or a signal, and so do compilers.
const { ASAN_OPTIONS } = process.env;
if (ASAN_OPTIONS !== undefined) process.env.ASAN_OPTIONS = `${ASAN_OPTIONS}:detect_leaks=0`;
