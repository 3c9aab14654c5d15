/** node:fs, loaded when it is needed: importing it takes longer than loading the rest of the package. */
export function fileSystem() {
  return process.getBuiltinModule('node:fs');
}
