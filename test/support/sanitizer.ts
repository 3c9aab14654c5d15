// With AddressSanitizer, only the suite's own process looks for leaks: V8 leaves memory behind in a process
// that ends by process.exit() or a signal, and so do compilers. Runs once for each file.
const OFF = ':detect_leaks=0';
const { ASAN_OPTIONS } = process.env;
if (ASAN_OPTIONS !== undefined && !ASAN_OPTIONS.endsWith(OFF)) process.env.ASAN_OPTIONS = ASAN_OPTIONS + OFF;
