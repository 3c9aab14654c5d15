/**
 * Whether addons can use the event loop of libuv here. Bun and Deno load addons, but have another loop, and abort
 * when one calls a function of libuv.
 */
export const hasLibuv = !Object.hasOwn(process.versions, 'bun') && !Object.hasOwn(process.versions, 'deno');
