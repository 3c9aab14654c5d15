import type { TopLevelSpec } from 'vega-lite';
import type { Results } from '../harness/results.js';

/** A row of the table in README.md. */
export interface Highlight {
  /** 'one of 100 events', with the size filled in. */
  readonly what: (size: string) => string;
  readonly figure: string;
  /** If it was not measured, the next smaller size is shown. */
  readonly size: number;
  /** The peer in the column of this package. The column of C has its reference. */
  readonly ours: string;
  readonly python?: string;
  readonly net?: string;
}

/** How the results of a workload are shown. */
export interface Presentation {
  /** The name of the workload. */
  readonly name: string;
  readonly highlights: readonly Highlight[];
  /** Sentences for the report's summary. */
  readonly findings?: (results: Results) => string[];
  readonly plot?: (results: Results) => TopLevelSpec;
}
