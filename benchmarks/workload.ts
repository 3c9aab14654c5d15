export interface Workload {
  /** For --help: what is measured. */
  readonly about: string;
  /**
   * Measures, and prints a table.
   * @returns a line for each ratio that falls short of its target
   */
  run(quick: boolean): Promise<string[]>;
}
