/**
 * The types of Node in the published declarations, which compile without @types/node: Node's own where that is
 * installed.
 */

/** Node's `Buffer`, or the `Uint8Array` that it is. */
export type NodeBuffer = typeof globalThis extends {
  Buffer: { isBuffer(value: unknown): value is infer T extends Uint8Array };
}
  ? T
  : Uint8Array;

/** The global `AbortSignal`, or as much of it as is used. */
export type NodeAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer T extends object } }
  ? T
  : { readonly aborted: boolean; readonly reason: unknown };

/** The name of a signal: signal(7). */
export type SignalName =
  | 'SIGABRT'
  | 'SIGALRM'
  | 'SIGBUS'
  | 'SIGCHLD'
  | 'SIGCONT'
  | 'SIGFPE'
  | 'SIGHUP'
  | 'SIGILL'
  | 'SIGINT'
  | 'SIGIO'
  | 'SIGIOT'
  | 'SIGKILL'
  | 'SIGPIPE'
  | 'SIGPOLL'
  | 'SIGPROF'
  | 'SIGPWR'
  | 'SIGQUIT'
  | 'SIGSEGV'
  | 'SIGSTKFLT'
  | 'SIGSTOP'
  | 'SIGSYS'
  | 'SIGTERM'
  | 'SIGTRAP'
  | 'SIGTSTP'
  | 'SIGTTIN'
  | 'SIGTTOU'
  | 'SIGUNUSED'
  | 'SIGURG'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGVTALRM'
  | 'SIGWINCH'
  | 'SIGXCPU'
  | 'SIGXFSZ'
  | 'SIGBREAK'
  | 'SIGLOST'
  | 'SIGINFO';
