/// <reference lib="esnext.disposable" preserve="true" />
export type { Address } from './sockets/address.js';
export * from './sockets/constants.js';
export { MessageList } from './sockets/message-list.js';
export { Socket, socketPair } from './sockets/socket.js';
