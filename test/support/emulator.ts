// Where another processor is emulated, the kernel cannot execute Node: this names a program that does. See .ci/arm64.
const { IO_SELECTORS_NODE } = process.env;
if (IO_SELECTORS_NODE !== undefined) process.execPath = IO_SELECTORS_NODE;
