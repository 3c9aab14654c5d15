import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeBits, eventsOf } from './bits.js';
import { Failure } from './failure.js';
import { KINDS, PAIRS } from './file.js';
import * as traffic from './traffic.js';
import { ALL, COMPARABLE } from './truth.js';
import { type Slot, World } from './world.js';

/** Calls poll(2) for the descriptors from 3 on. */
const SOURCE = `
  #include <poll.h>
  #include <stdio.h>
  #include <stdlib.h>
  int main(int argc, char **argv) {
    static struct pollfd fds[1024];
    int count = argc > 2 ? atoi(argv[1]) : 0;
    for (int i = 0; i < count; i++) fds[i] = (struct pollfd){.fd = 3 + i, .events = (short)atoi(argv[2])};
    if (poll(fds, (nfds_t)count, 0) < 0) return 1;
    for (int i = 0; i < count; i++) printf("%d\\n", fds[i].revents);
    return 0;
  }
`;

/** Without a sanitizer's library: neither the compiler nor the program is instrumented. */
const env = { ...process.env, LD_PRELOAD: '' };

function compile(): string {
  const hash = createHash('sha256').update(SOURCE).digest('hex');
  const program = fileURLToPath(new URL(`witness-${hash}`, import.meta.url));
  if (existsSync(program)) return program;
  const own = `${program}.${process.pid}`;
  writeFileSync(`${own}.c`, SOURCE);
  execFileSync(process.env.CC ?? 'cc', ['-O2', '-Wall', '-o', own, `${own}.c`], { env });
  renameSync(own, program);
  rmSync(`${own}.c`);
  return program;
}

/** Ways to bring a descriptor into a state. */
const STATES: ((world: World, slot: Slot) => void)[] = [
  () => {},
  (_, slot) => traffic.write(slot, 1),
  (_, slot) => traffic.fill(slot),
  (_, slot) => traffic.urgent(slot),
  (_, slot) => traffic.shutdown(slot, 'read'),
  (_, slot) => traffic.shutdown(slot, 'write'),
  (_, slot) => traffic.shutdown(slot, 'both'),
  (world, slot) => world.close(slot, 'package'),
];

/** Asks the witness about every kind of descriptor in every state. @throws Failure */
export function askWitnessOfStates(): void {
  const world = new World(false);
  for (const kind of KINDS) {
    for (const side of PAIRS.has(kind) ? [0, 1] : [0]) {
      for (const change of STATES) {
        const id = world.slots.size;
        world.open(kind, [id, id + 1]);
        change(world, world.slots.get(id + side)!);
      }
    }
  }
  try {
    askWitness(world);
  } finally {
    world.closeAll();
  }
}

/**
 * Compares what the models take for the truth with what poll(2) tells a C program that shares no code with the package.
 * @throws Failure
 */
export function askWitness(world: World): void {
  const slots = [...world.slots.values()].filter(({ file }) => file !== undefined);
  if (slots.length === 0) return;
  const before = world.look();
  const numbers = slots.map(({ fd }) => fd);
  const { status, stdout } = spawnSync(compile(), [String(slots.length), String(ALL)], {
    stdio: ['ignore', 'pipe', 'inherit', ...numbers],
    encoding: 'utf8',
    env,
  });
  const after = world.look();
  const said = stdout.trimEnd().split('\n').map(Number);
  if (status !== 0 || said.length !== slots.length) throw new Failure('witness', `the witness ended with ${status}`);
  for (const [i, { fd, file }] of slots.entries()) {
    const [first, second] = [before.ofNumber(fd), after.ofNumber(fd)];
    // Data over TCP may have arrived in between.
    if (first !== second || isSame(first, said[i])) continue;
    throw new Failure('witness', `${file?.name}: ${describeBits(first)}, but C is told ${describeBits(said[i])}`);
  }
}

function isSame(ours: number, theirs: number): boolean {
  return COMPARABLE === 0 ? eventsOf('select', ours) === eventsOf('select', theirs) : ours === theirs;
}
