/** The command line makes no sense: exit status 2. */
export class UsageError extends Error {}
