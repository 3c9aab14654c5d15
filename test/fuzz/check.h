// Properties that a fuzz target checks: https://llvm.org/docs/LibFuzzer.html
#pragma once

#include <cstdio>
#include <cstdlib>

// Ends the program, which libFuzzer reports with its input.
inline void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}
