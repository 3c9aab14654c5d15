/** What one run of a peer gave, by the name of the figure. */
export type Figures = Record<string, number>;

export interface Figure {
  /** With its unit: 'ns per event'. */
  readonly name: string;
  /** Digits after the point in tables. */
  readonly digits: number;
}

/** A program that does the work: ours, or one that ours is compared with. */
export interface Peer {
  /** 'C/epoll', 'EpollSelector.select', 'Python/EpollSelector': the family comes before the slash or the dot. */
  readonly name: string;
  /** Why it is not there, and how to get it. */
  readonly missing?: string | undefined;
  /**
   * The command for one run. It prints one line of JSON: its figures, or { "refused": "why" } where it cannot
   * do this size.
   */
  command(size: number, milliseconds: number): string[];
}

/** What the ratio of a peer to another has to reach; without another, the figure itself. */
export interface Target {
  readonly peer: string;
  readonly to?: string;
  readonly figure: string;
  readonly most?: number;
  readonly least?: number;
  /** Why the two do not make the same system calls. */
  readonly otherCalls?: string;
}

/** How much is measured: of each size and peer, so many rounds of about so many milliseconds. */
export interface Effort {
  readonly rounds: number;
  readonly milliseconds: number;
  readonly sizes: readonly number[];
}

export interface Workload {
  readonly name: string;
  /** For --help and the report: what is measured. */
  readonly about: string;
  /** What its sizes count: 'ready descriptors'. */
  readonly sizeOf: string;
  /** Whether its sizes are not to be chosen. */
  readonly sizesFixed?: boolean;
  /** The first is the one that the workload is about. */
  readonly figures: readonly Figure[];
  readonly full: Effort;
  readonly quick: Effort;
  /** What a run takes besides its milliseconds, roughly, if that is more than to start a process. */
  readonly overheadMs?: number;
  /** How many descriptors a run of this size has open, amply. */
  descriptors(size: number): number;
  /** Compiles what is to be compiled. Those that are missing are among them. */
  peers(): Peer[];
  /** One run; absent: the peer's own line is the answer. */
  measure?(peer: Peer, size: number, milliseconds: number): Promise<Answer>;
  targets(size: number): readonly Target[];
}

export type Answer = Figures | { readonly refused: string };
