#!/usr/bin/env node
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

const ECHO = `  io-selectors echo [--connections N] [--messages N]
      Serves an echo server on each back end to a second process, which sends messages of
      random length over N connections (2000), N on each (10), verifies every byte, and
      shows a table. Ends with status 0 only if every message was verified.
`;
const SERVE = `  io-selectors serve [--port N] [--host ADDRESS] [--backend select|poll|epoll]
      Serves an echo server until Ctrl-C: on port 8090 of 127.0.0.1, with the best back
      end, unless told otherwise. Talk to it with any TCP client: nc 127.0.0.1 8090
      Ctrl-C or SIGTERM has it send back what has arrived, and end with status 0; once
      more ends it at once.
`;
const HELP = `Usage:
${ECHO}
${SERVE}
  io-selectors --help | --version
`;
const COMMANDS = new Map([['echo', ECHO], ['serve', SERVE]]);

/**
 * Returns the exit status. Modules are loaded late, so that errors of their loading are reported like all others.
 */
async function main([command, ...args]: string[]): Promise<number> {
  const usage = COMMANDS.get(command ?? '');
  if (usage !== undefined && args.some((arg) => arg === '--help' || arg === '-h')) return print(`Usage:\n${usage}`);
  switch (command) {
    case 'echo': {
      const { connections = '2000', messages = '10' } = options(args, ['connections', 'messages']);
      const { echo } = await import('./echo.js');
      await echo(whole(connections, '--connections', 1, 1e6), whole(messages, '--messages', 1, 1e6));
      return 0;
    }
    case 'serve': {
      const { port = '8090', host = '127.0.0.1', backend } = options(args, ['port', 'host', 'backend']);
      if (isIP(host) === 0) throw new UsageError(`--host ${host}: an IPv4 or IPv6 address in numbers is needed`);
      const { serve } = await import('./serve.js');
      serve(host, whole(port, '--port', 0, 65535), backend);
      return 0;
    }
    case 'echo-load':
      return load(args);
    case '--version':
      return print(createRequire(import.meta.url)('../../package.json').version);
    case '--help':
    case '-h':
    case 'help':
      return print(HELP);
    case undefined:
      throw new UsageError('a command is needed: echo or serve');
    default:
      throw new UsageError(`unknown command ${command}: echo and serve are known`);
  }
}

/** The second process of `echo`, which sends its result to the first. */
async function load([label = '', port, connections, messages]: string[]): Promise<number> {
  const { EchoLoad, isServerGone } = await import('./echo-load.js');
  try {
    process.send?.(new EchoLoad(label, Number(port), Number(connections), Number(messages)).run());
    return 0;
  } catch (error) {
    // Whoever ended the server knows why.
    if (isServerGone(error)) return 1;
    throw error;
  }
}

function print(text: string): number {
  console.log(text.trimEnd());
  return 0;
}

function options(args: string[], names: string[]): Record<string, string | undefined> {
  try {
    const known = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    return parseArgs({ args, options: known, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${name} ${text}: a whole number from ${min} to ${max} is needed`);
  }
  return value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`io-selectors: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) console.error('See: io-selectors --help');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
