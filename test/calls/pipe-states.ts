import { closeSync, constants, readSync, writeSync } from 'node:fs';
import { fill, pipe } from '../support/descriptors.js';
import { fifo, openFile } from '../support/files.js';
import type { State } from './states.js';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** Makes a pipe, does something to it and returns one end. */
function end(which: 'read' | 'write', act: (r: number, w: number) => void): () => number {
  return () => {
    const [r, w] = pipe();
    act(r, w);
    return which === 'read' ? r : w;
  };
}

function fifoWithWriters(count: number): number {
  const path = fifo();
  const reader = openFile(path, O_RDONLY | O_NONBLOCK);
  for (let i = 1; i < count; i++) closeSync(openFile(path, O_WRONLY | O_NONBLOCK));
  openFile(path, O_WRONLY | O_NONBLOCK);
  return reader;
}

function fifoWithData(): number {
  const both = openFile(fifo(), O_RDWR | O_NONBLOCK);
  writeSync(both, 'x');
  return both;
}

function fillToLastByte(r: number, w: number): void {
  fill(w);
  readSync(r, Buffer.alloc(1));
}

function dropReader(r: number, w: number): void {
  writeSync(w, 'x');
  closeSync(r);
}

export const pipeStates: State[] = [
  ['pipe read end, empty', end('read', () => {}), '-', '-', '-', '-'],
  ['pipe read end, data', end('read', (_, w) => writeSync(w, 'x')), 'IN', '-', 'IN', 'r'],
  ['pipe read end, writer closed', end('read', (_, w) => closeSync(w)), 'HUP', 'HUP', 'HUP', 'r'],
  ['pipe write end, full minus 1 byte', end('write', fillToLastByte), '-', '-', '-', '-'],
  ['pipe write end, some room, reader closed', end('write', dropReader), 'OUT|ERR', 'ERR', 'OUT|ERR', 'rw'],
  ['pipe write end, empty, reader closed', end('write', closeSync), 'OUT|ERR', 'ERR', 'OUT|ERR', 'rw'],
  ['FIFO read end, writer present, empty', () => fifoWithWriters(1), '-', '-', '-', '-'],
  ['FIFO read end, new writer after HUP', () => fifoWithWriters(2), '-', '-', '-', '-'],
  ['FIFO O_RDWR, data', fifoWithData, 'IN|OUT', '-', 'IN|OUT', 'rw'],
];
