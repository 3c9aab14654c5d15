/** The kinds of failure. A sequence is shrunk as long as it still fails in the same way. */
export type What =
  | 'missing'
  | 'phantom'
  | 'wrong'
  | 'error'
  | 'early'
  | 'late'
  | 'busy'
  | 'state'
  | 'leak'
  | 'crash'
  | 'witness';

/** The package did what the model does not allow. */
export class Failure extends Error {
  readonly what: What;

  constructor(what: What, message: string) {
    super(message);
    this.what = what;
  }
}
