import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { openFile } from './files.js';
import { compile } from './processes.js';

const FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/** Does to the terminal on its standard input what Node cannot do. */
const SOURCE = `
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

int main(int argc, char **argv) {
  int off = 0, on = 1, number = -1;
  if (argc < 2) return 2;
  if (strcmp(argv[1], "flush") == 0) return tcflush(0, TCIOFLUSH) != 0;
  if (strcmp(argv[1], "packet") == 0) return ioctl(0, TIOCPKT, &on) != 0;
  if (ioctl(0, TIOCSPTLCK, &off) != 0 || ioctl(0, TIOCGPTN, &number) != 0) return 1;
  printf("/dev/pts/%d", number);
  return 0;
}
`;
let program: string | undefined;

function ask(fd: number, what: 'unlock' | 'packet' | 'flush'): string {
  program ??= compile(SOURCE);
  return execFileSync(program, [what], { stdio: [fd, 'pipe', 'inherit'], encoding: 'utf8' });
}

/** The master of a new pseudo-terminal. */
export function ptyMaster(): number {
  return openFile('/dev/ptmx', FLAGS);
}

/** Both ends of a new pseudo-terminal. */
export function pty(): [master: number, slave: number] {
  const master = ptyMaster();
  return [master, openFile(ask(master, 'unlock'), FLAGS)];
}

/** Puts the master into packet mode, TIOCPKT: it reports what happens to the slave. */
export function packetMode(master: number): void {
  ask(master, 'packet');
}

/** Discards what the slave has not read or sent yet. */
export function flush(slave: number): void {
  ask(slave, 'flush');
}
