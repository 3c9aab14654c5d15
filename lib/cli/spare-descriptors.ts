/** How many descriptors a process of `echo` needs besides its connections: Node's own, the listener, the pipe. */
export const SPARE_DESCRIPTORS = 64;
