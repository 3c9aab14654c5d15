/** What one run of a program measured, by the name of the figure. */
export type Figures = Record<string, number>;

export interface Figure {
  /** With its unit: 'ns per event'. */
  readonly name: string;
  /** Decimal places in tables. */
  readonly digits: number;
}

/** A program that does the work: one that uses this package, or one that it is compared with. */
export interface Peer {
  /** 'C/epoll', 'EpollSelector.select', 'node:net': the family is what precedes the slash, dot or colon. */
  readonly name: string;
  /** Why it cannot be run here, and how to get it. */
  readonly missing?: string | undefined;
  /** The command of one run. It prints one line of JSON: an Answer. */
  command(size: number, milliseconds: number): string[];
}

/** The figures, or why the program cannot do this size. */
export type Answer = Figures | { readonly refused: string };

/** A bound on the ratio of one peer's figure to another's, or on the figure itself if there is no other. */
export interface Target {
  readonly peer: string;
  readonly to?: string;
  readonly figure: string;
  readonly most?: number;
  readonly least?: number;
  /** Compare how much the figure has grown since this size, not the figure itself: the slope. */
  readonly from?: number;
  /** The known reason why it may be missed. */
  readonly reason?: string;
  /** Why the two peers make different system calls. */
  readonly otherCalls?: string;
}

/** How much is measured: for each size and peer, this many rounds of about this many milliseconds. */
export interface Effort {
  readonly rounds: number;
  readonly milliseconds: number;
  readonly sizes: readonly number[];
}

/** What is measured, and how. */
export interface Workload {
  readonly name: string;
  /** What is measured, for --help and the report. */
  readonly about: string;
  /** What the sizes count: 'ready descriptors'. */
  readonly sizeOf: string;
  /** Whether --sizes does not apply. */
  readonly sizesFixed?: boolean;
  /** The first is what the workload is about. */
  readonly figures: readonly Figure[];
  readonly full: Effort;
  readonly quick: Effort;
  /** What a run takes beyond its milliseconds, roughly, if that is more than starting a process. */
  readonly overheadMs?: number;
  /** An upper bound on the descriptors that a run of this size has open. */
  descriptors(size: number): number;
  /** All peers, including those that are missing. */
  peers(): Peer[];
  /** Does one run. By default the program is run, and its line is the answer. */
  measure?(peer: Peer, size: number, milliseconds: number): Promise<Answer>;
  targets(size: number): readonly Target[];
}
