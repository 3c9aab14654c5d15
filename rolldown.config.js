import { defineConfig } from 'rolldown';

const external = [/^node:/u, 'node-gyp-build'];
/** Node 20 knows no `using`. */
const common = { platform: 'node', transform: { target: 'es2022' } };
const output = { sourcemap: true, chunkFileNames: '[name].js', minifyInternalExports: false };

/**
 * Node takes half a millisecond for each module that it loads, so an entry point is its own module, what it shares
 * with others, and the binding to the addon, which finds that from its own place.
 */
const library = defineConfig({
  input: { index: 'lib/index.ts', socket: 'lib/socket.ts', fd: 'lib/fd.ts', 'core/binding': 'lib/core/binding.ts' },
  ...common,
  external,
  preserveEntrySignatures: 'allow-extension',
  output: {
    ...output,
    dir: 'dist',
    cleanDir: true,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: 'library', test: /\/lib\/(?!core\/(?:addon|binding)\.ts)/u, minShareCount: 2 }],
    },
  },
});

const cli = defineConfig({
  input: { main: 'lib/cli/main.ts' },
  ...common,
  // The library's entry points.
  external: [...external, /^\.\.\//u],
  output: { ...output, dir: 'dist/cli' },
});

export default [library, cli];
