import { median } from './median.js';

/** What one run of a peer gave, by the name of the figure. */
export type Figures = Record<string, number>;

/** What a ratio of two peers has to reach. */
export interface Target {
  readonly peer: string;
  readonly to: string;
  readonly figure: string;
  readonly most?: number;
  readonly least?: number;
}

/** The runs of all peers of one comparison. */
export class Results {
  readonly #runs: Map<string, Figures[]>;

  private constructor(peers: string[]) {
    this.#runs = new Map(peers.map((peer) => [peer, []]));
  }

  /** The peers take turns, so that a machine that changes its speed changes it for all. */
  static async of(
    peers: string[],
    { label, rounds }: { label: string; rounds: number },
    run: (peer: string) => Promise<Figures>,
  ): Promise<Results> {
    const results = new Results(peers);
    for (let round = 1; round <= rounds; round++) {
      for (const [peer, runs] of results.#runs) {
        showProgress(`${label}: round ${round} of ${rounds}, ${peer}`);
        runs.push(await run(peer));
      }
    }
    showProgress('');
    return results;
  }

  get peers(): string[] {
    return [...this.#runs.keys()];
  }

  values(peer: string, figure: string): number[] {
    return (this.#runs.get(peer) ?? []).map((figures) => figures[figure]);
  }

  /** Median of the rounds' ratios; NaN if one of the two peers is missing. */
  ratio(peer: string, to: string, figure: string): number {
    const reference = this.values(to, figure);
    if (reference.length === 0) return NaN;
    return median(this.values(peer, figure).map((value, round) => value / reference[round]));
  }

  /** A line for each target that is missed; one whose peers are not there cannot be. */
  missed(targets: Target[], where: string): string[] {
    return targets.flatMap(({ peer, to, figure, most = Infinity, least = 0 }) => {
      const ratio = this.ratio(peer, to, figure);
      if (!(ratio > most || ratio < least)) return [];
      const target = least > 0 ? `at least ${least}` : `at most ${most}`;
      return [`${peer} at ${where}: ${figure} ${ratio.toFixed(3)} x ${to}, target ${target}`];
    });
  }
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}
