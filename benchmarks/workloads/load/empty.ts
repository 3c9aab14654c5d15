// A script that imports nothing.
// oxlint-disable-next-line unicorn/require-module-specifiers -- it is to be an empty module
export {};
