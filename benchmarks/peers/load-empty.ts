// A script that needs nothing.
// oxlint-disable-next-line unicorn/require-module-specifiers -- a module without anything is what is meant
export {};
